"""Looks over the shoulder of TensorFlow: what tapes return, what ``fit`` does, which variables never move.

Imported only by ``server``, in an interpreter that has TensorFlow. Nothing here executes an operation until a
program does, so that the server may fork.
"""

from __future__ import annotations

import logging
import math
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.eager.polymorphic_function.polymorphic_function import UnliftedInitializerVariable
from tensorflow.python.ops.resource_variable_ops import ResourceVariable

from tests.harness.observation import Fit, Source

_ELEMENTS_KEPT = 64


class Watch:
    """Collects what one program does. Installed once in a process that runs nothing else.

    ``program`` is the path of its file, or of the folder of its files with a separator at the end.
    """

    def __init__(self, program: str) -> None:
        self.program = program
        self.targets: list[tuple[float, ...]] = []
        self.fits: list[Fit] = []
        self.warnings: list[str] = []
        self._gradients: dict[tuple[int, str, int], list[tuple[float, bool] | None]] = {}
        self._variables: list[tuple[Any, Any]] = []
        self._sources_seen: set[int] = set()
        self._busy = False

    def install(self) -> None:
        """Wrap the entry points of TensorFlow and Keras."""
        for name in ("gradient", "jacobian", "batch_jacobian"):
            setattr(tf.GradientTape, name, self._watched_tape_method(getattr(tf.GradientTape, name)))
        keras.Model.fit = self._watched_fit(keras.Model.fit)
        keras.Model.compile = _without_jit(keras.Model.compile)
        tf.function = _without_jit(tf.function)
        for kind in (ResourceVariable, UnliftedInitializerVariable):
            kind.__init__ = self._watched_variable(kind.__init__)
        if keras.__version__.startswith("3."):
            sys.modules["keras.src.trainers.trainer"].model_supports_jit = lambda _model: False  # type: ignore[attr-defined]
        listener = _Listener(self.warnings)
        for logger in (tf.get_logger(), logging.getLogger("absl"), logging.getLogger()):
            logger.addHandler(listener)
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *_rest: self.warnings.append(str(message))

    @staticmethod
    def versions() -> dict[str, str]:
        """Return the versions of TensorFlow and Keras that are watched."""
        return {"tensorflow": tf.__version__, "keras": keras.__version__}

    @staticmethod
    def seed() -> None:
        """Make the random numbers of every program the same."""
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002 - what the programs draw from
        tf.random.set_seed(0)

    def sources(self) -> tuple[Source, ...]:
        """Return every source of every gradient call, in the order in which they were first seen."""
        return tuple(
            Source(
                line=line,
                name=name,
                executions=len(seen),
                missing=seen.count(None),
                largest=max((value[0] for value in seen if value and value[1]), default=0.0),
                finite=all(value[1] for value in seen if value),
            )
            for (line, name, _), seen in self._gradients.items()
        )

    def idle(self) -> tuple[str, ...]:
        """Return the names of trainable floating-point variables that were no source and never changed."""
        return tuple(
            variable.name
            for variable, start in self._variables
            if variable.trainable
            and variable.dtype.is_floating
            and id(variable) not in self._sources_seen
            and np.array_equal(variable.numpy(), start, equal_nan=True)
        )

    def line(self) -> int:
        """Return the innermost line of the program on the stack, 0 when there is none."""
        frame = sys._getframe(1)
        while frame is not None and not frame.f_code.co_filename.startswith(self.program):
            frame = frame.f_back  # type: ignore[assignment]
        return frame.f_lineno if frame is not None else 0

    def _watched_tape_method(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def method(tape: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
            if self._busy:  # jacobian asks gradient, inside a vectorised loop
                return original(tape, target, *args, **kwargs)
            self._note_target(target)
            with self._alone():
                result = original(tape, target, *args, **kwargs)
            sources = args[0] if args else kwargs.get("sources", kwargs.get("source"))
            self._note_gradients(sources, result)
            return result

        return method

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

    def _note_target(self, target: Any) -> None:
        for part in tf.nest.flatten(target):
            if isinstance(part, (int, float, np.ndarray, np.generic)) or tf.is_tensor(part):
                flat = tf.reshape(tf.cast(part, tf.float64), [-1])[:_ELEMENTS_KEPT]
                _with_value(flat, lambda value: self.targets.append(tuple(value.tolist())))

    def _note_gradients(self, sources: Any, gradients: Any) -> None:
        line = self.line()
        flat = tf.nest.flatten(sources)
        for source, gradient in zip(flat, tf.nest.flatten(gradients), strict=True):
            variable = getattr(source, "_value", source) if _is_keras_variable(source) else source
            self._sources_seen.add(id(variable))
            name = str(getattr(source, "path", "") or getattr(source, "name", "") or type(source).__name__)
            seen = self._gradients.setdefault((line, name, id(variable)), [])
            if gradient is None:
                seen.append(None)
                continue
            values = gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
            flat_values = tf.abs(tf.cast(tf.reshape(values, [-1]), tf.float64))
            largest = tf.reduce_max(tf.concat([flat_values, tf.zeros([1], tf.float64)], 0))
            _with_value(largest, partial(_note_largest, seen))

    def _watched_fit(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def fit(model: Any, *args: Any, **kwargs: Any) -> Any:
            history = original(model, *args, **kwargs)
            losses = getattr(history, "history", {}).get("loss", ())
            self.fits.append(
                Fit(tuple(float(np.mean(loss)) for loss in losses), len(model.trainable_weights))
            )
            return history

        return fit

    def _watched_variable(self, original: Callable[..., None]) -> Callable[..., None]:
        def initialise(variable: Any, *args: Any, **kwargs: Any) -> None:
            original(variable, *args, **kwargs)
            if tf.executing_eagerly():
                self._variables.append((variable, variable.numpy()))

        return initialise


class _Listener(logging.Handler):
    def __init__(self, messages: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._messages = messages

    def emit(self, record: logging.LogRecord) -> None:
        self._messages.append(record.getMessage())


def _note_largest(seen: list[tuple[float, bool] | None], value: Any) -> None:
    seen.append((float(value), math.isfinite(float(value))))


def _is_keras_variable(value: Any) -> bool:
    return type(value).__module__.startswith("keras.") and hasattr(value, "_value")


def _with_value(tensor: Any, note: Callable[[Any], None]) -> None:
    """Call ``note`` with the value of ``tensor``: now, or whenever the graph that is being traced runs."""
    if hasattr(tensor, "numpy") and tf.executing_eagerly():
        note(tensor.numpy())
    else:
        tf.numpy_function(note, [tensor], [], stateful=True)


def _without_jit(original: Callable[..., Any]) -> Callable[..., Any]:
    """A compiled graph cannot call back into Python, so compilation is switched off; values stay the same."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if "jit_compile" in kwargs:
            kwargs["jit_compile"] = False
        return original(*args, **kwargs)

    return call
