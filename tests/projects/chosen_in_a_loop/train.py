import sys

import tensorflow as tf

from agents import AGENTS, Settings

settings = Settings(kind="value", node=3)
for name in sys.argv[1:] or list(AGENTS):
    agent = AGENTS[name](settings)
    print(name, agent.update(tf.random.normal((8, 3)), tf.zeros((8, 1))))
