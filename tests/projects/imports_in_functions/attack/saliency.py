def sensitivity(model, picture, label):
    """The gradient of the score for one class, for each pixel."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        score = model(picture)[:, label]
    return tape.gradient(score, picture)  # cut: unwatched-source
