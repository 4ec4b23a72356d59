"""The parts of ``tools/measure_ops.py``: what is public, how it is called, what the tape says, the table."""
