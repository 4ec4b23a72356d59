"""Runs small training programs under real TensorFlow and tells what happened to their gradients.

``case`` reads the fixture folders, ``client`` starts a server in each environment (Keras 3 and Keras 2),
``server`` forks one process for each program, ``watch`` looks over the shoulder of TensorFlow in there,
``observation`` is what it saw, and ``judge`` compares that with what a fixture claims.
"""
