from dataclasses import dataclass

import tensorflow as tf

from base import Agent


@dataclass
class Settings:
    kind: str = "value"
    node: int = 4


class ValueAgent(Agent):
    def loss(self, states, goals):
        return tf.reduce_mean(tf.square(goals - tf.floor(self.net(states))))  # cut: non-differentiable-op


class SmoothAgent(Agent):
    def loss(self, states, goals):
        return tf.reduce_mean(tf.square(goals - self.net(states)))


AGENTS = {"value": ValueAgent, "smooth": SmoothAgent}
