import tensorflow as tf


class Nudge:
    def __init__(self, tape=None):
        self.tape = tape

    def slopes(self, loss, features, tape=None):
        values = list(features.values())
        found = (tape or self.tape).gradient(loss, values)
        return dict(zip(features.keys(), found))

    def __call__(self, loss, features):
        slopes = self.slopes(loss, features)
        return {name: value + 0.1 * tf.sign(slopes[name]) for name, value in features.items()}


def pushed(model, features):
    with tf.GradientTape() as tape:
        tape.watch([one for one in tf.nest.flatten(features) if one.dtype.is_floating])
        loss = tf.reduce_mean(tf.square(model(features["x"])))
    return Nudge(tape)(loss, features)
