import tensorflow as tf

from rl import policy, targets


class Agent:
    def __init__(self):
        self.online, self.target = policy.q_net(), policy.q_net()
        targets.copy_weights(self.online, self.target)
        self.optimizer = tf.keras.optimizers.Adam(1e-3)

    def learn(self, states, rewards, after, done):
        actions = policy.act(self.online, states)
        goal = targets.to_array(targets.bootstrap(self.target, rewards, after, done))
        with tf.GradientTape() as tape:
            chosen = tf.reduce_sum(self.online(states) * tf.one_hot(actions, 2), axis=-1)
            loss = tf.reduce_mean(tf.square(goal - chosen))
        gradients = tape.gradient(loss, self.online.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.online.trainable_variables))
        return float(loss)
