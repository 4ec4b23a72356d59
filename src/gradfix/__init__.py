"""Finds where a TensorFlow/Keras program loses its gradient, shows the fix as a diff, and applies it."""

__version__ = "0.1.0"
