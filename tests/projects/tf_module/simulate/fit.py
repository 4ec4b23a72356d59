import tensorflow as tf

from .integrate import leapfrog
from .oscillator import Oscillator


def measured(steps):
    return tf.cos(1.3 * 0.1 * tf.range(1.0, steps + 1.0))


def main(steps=10):
    system = Oscillator()
    goal = measured(steps)
    weights = [system.log_stiffness, system.damping]
    for _ in range(3):
        with tf.GradientTape() as tape:
            miss = tf.reduce_mean((leapfrog(system, tf.constant(1.0), tf.constant(0.0), steps) - goal) ** 2)
        for weight, slope in zip(weights, tape.gradient(miss, weights)):  # use
            if slope is not None:
                weight.assign_sub(0.1 * slope)
    print(system.log_stiffness.numpy(), system.damping.numpy())


if __name__ == "__main__":
    main()
