import tensorflow as tf

from rl.agent import Agent

agent = Agent()
for _ in range(3):
    states, after = tf.random.normal((16, 3)), tf.random.normal((16, 3))
    print(agent.learn(states, tf.reduce_sum(after, axis=-1), after, tf.zeros(16)))
