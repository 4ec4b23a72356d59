import tensorflow as tf


def values_and_jacobian(residuals, variables):
    def values(points):
        return tf.concat([tf.reshape(one(*points), (-1,)) for one in residuals], axis=0)

    def jacobian(found, points, tape):
        rows = tape.jacobian(found, points, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return tf.concat([tf.reshape(row, (tf.shape(row)[0], -1)) for row in rows], axis=-1)

    with tf.GradientTape(watch_accessed_variables=False, persistent=True) as tape:
        for variable in variables:
            tape.watch(variable)
        found = values(variables)
    slopes = jacobian(found, variables, tape)
    del tape
    return found, slopes


def minimise(residuals, variables, rounds=2):
    if isinstance(variables, tuple):
        variables = list(variables)
    variables = [tf.convert_to_tensor(one) for one in variables]

    def body(step, points):
        found, slopes = values_and_jacobian(residuals, points)
        update = tf.linalg.lstsq(slopes, found[:, None], l2_regularizer=0.1)
        parts = tf.split(update[:, 0], [tf.size(one) for one in points])
        return step + 1, [one - tf.reshape(part, one.shape) for one, part in zip(points, parts)]

    _, points = tf.while_loop(lambda step, _: step < rounds, body, (tf.constant(0), variables))
    return points


def grad(function):
    def slopes(parameters, *rest):
        with tf.GradientTape() as tape:
            tape.watch(tf.nest.flatten(parameters))
            value = function(parameters, *rest)
            return tape.gradient(value, parameters)

    return slopes
