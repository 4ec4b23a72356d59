class Stack:  # cut: not-a-layer
    def __init__(self, parts):
        self._parts = list(parts)

    def __iter__(self):
        return iter(self._parts)
