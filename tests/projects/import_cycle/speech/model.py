from __future__ import annotations

from typing import TYPE_CHECKING

import tensorflow as tf

from .blocks import Gate

if TYPE_CHECKING:
    from .session import Session


class Listener(tf.keras.Model):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.read = tf.keras.layers.GRU(width)
        self.gate = Gate(width)
        self.answer = tf.keras.layers.Dense(1)

    def call(self, sound: tf.Tensor) -> tf.Tensor:
        return self.answer(self.gate(self.read(sound)))

    def attach(self, session: Session) -> Session:
        session.model = self
        return session
