from __future__ import annotations

from . import model as models


class Session:
    model: models.Listener

    def __init__(self, loss: str = "mse") -> None:
        self.loss = loss

    def run(self, sound, mood) -> None:
        self.model.compile(optimizer="adam", loss=self.loss)
        self.model.fit(sound, mood, epochs=1, verbose=0)
