import tensorflow as tf


def leapfrog(system, position, speed, steps, dt=0.1):
    track = []
    for _ in range(steps):
        speed = speed + dt * system.acceleration(position, speed)
        position = position + dt * speed
        track.append(position)
    return tf.stack(track)
