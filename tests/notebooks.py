"""Notebooks for tests, written as text so that every byte is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

# A loss of a module that cuts the gradient, and a notebook that trains with it.
LOSSES = """\
import numpy as np
import tensorflow as tf

def loss(w):
    return tf.constant(np.mean(w * w))
"""
TRAIN = (
    "#md # Training",
    "%matplotlib inline\nimport tensorflow as tf\nfrom losses import loss",
    "w = tf.Variable([1.0, 2.0])",
    "%%time\nwith tf.GradientTape() as tape:\n    value = loss(w)\ntape.gradient(value, w)",
)


def document(*cells: str, listed: bool = True, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a notebook: each text is a code cell, or a Markdown cell when it starts with ``#md``."""
    return {
        "cells": [_cell(text, listed=listed) for text in cells],
        "metadata": metadata or {},
        "nbformat": 4,
        "nbformat_minor": 4,
    }


def _cell(text: str, *, listed: bool) -> dict[str, Any]:
    source: str | Sequence[str] = text.splitlines(keepends=True) if listed else text
    if text.startswith("#md"):
        return {"cell_type": "markdown", "metadata": {}, "source": source}
    outputs = [{"name": "stdout", "output_type": "stream", "text": ["caf\u00e9 \u2192\n", '"source": [1]']}]
    return {"cell_type": "code", "execution_count": 7, "metadata": {}, "outputs": outputs, "source": source}


def notebook(*cells: str, indent: int | None = 1, ascii_only: bool = False, **options: Any) -> str:
    """Return the file of a notebook, see ``document``."""
    return json.dumps(document(*cells, **options), indent=indent, ensure_ascii=ascii_only) + "\n"
