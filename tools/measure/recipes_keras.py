"""Arguments for ``keras``: losses, metrics, activations, the backend, random numbers, utilities."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tools.measure.inputs import (
    Table,
    b,
    f,
    hot,
    i,
    pos,
    prob,
    unit,
    var,
)


def _pair() -> dict[str, Any]:
    return dict(y_true=unit(3, 4), y_pred=unit(3, 4))


def _labels() -> dict[str, Any]:
    return dict(y_true=prob(3, 4), y_pred=prob(3, 4))


RECIPES: Table = {
    # losses and metrics
    "losses.binary_crossentropy losses.binary_focal_crossentropy metrics.binary_crossentropy "
    "metrics.binary_focal_crossentropy": _pair,
    "losses.categorical_crossentropy losses.categorical_focal_crossentropy losses.categorical_hinge "
    "losses.kl_divergence losses.kld": _labels,
    "losses.sparse_categorical_crossentropy metrics.sparse_categorical_crossentropy": lambda: dict(
        y_true=i(4, 3), y_pred=prob(3, 4)
    ),
    "losses.categorical_generalized_cross_entropy": lambda: dict(y_true=i(4, 3), y_pred=prob(3, 4), q=0.5),
    "losses.circle": lambda: dict(
        y_true=tf.constant([0, 0, 1, 1]),
        y_pred=f(4, 3),
        ref_labels=tf.constant([0, 1, 0, 1]),
        ref_embeddings=f(4, 3),
    ),
    "losses.ctc": lambda: dict(y_true=i(3, 2, 3) + 1, y_pred=f(2, 6, 5)),
    "losses.dice losses.tversky": lambda: dict(y_true=unit(2, 4, 4, 1), y_pred=unit(2, 4, 4, 1)),
    "losses.huber": lambda: dict(y_true=3.0 * f(3, 4), y_pred=3.0 * f(3, 4)),
    "metrics.binary_accuracy metrics.categorical_accuracy metrics.top_k_categorical_accuracy": lambda: dict(
        y_true=hot(3, 8), y_pred=unit(3, 8)
    ),
    "metrics.sparse_categorical_accuracy metrics.sparse_top_k_categorical_accuracy": lambda: dict(
        y_true=i(8, 3, 1), y_pred=unit(3, 8)
    ),
    "metrics.accuracy": _pair,
    # activations
    "activations.glu": lambda: dict(x=f(3, 4)),
    "activations.softmax activations.log_softmax activations.sparsemax": lambda: dict(x=f(3, 4)),
    "activations.relu": lambda: dict(x=f(3, 4), max_value=tf.constant(1.0)),
    "activations.threshold": lambda: dict(x=f(3, 4), threshold=0.1, default_value=0.0),
    # backend
    "backend.batch_dot": lambda: dict(x=f(3, 4), y=f(3, 4), axes=1),
    "backend.dot": lambda: dict(x=f(3, 4), y=f(4, 2)),
    "backend.batch_normalization": lambda: dict(x=f(4, 3), mean=f(3), var=pos(3), beta=f(3), gamma=f(3)),
    "backend.normalize_batch_in_training": lambda: dict(
        x=f(4, 5, 5, 3), gamma=f(3), beta=f(3), reduction_axes=[0, 1, 2]
    ),
    "backend.bias_add": lambda: dict(x=f(3, 4), bias=f(4)),
    "backend.binary_crossentropy backend.binary_focal_crossentropy": lambda: dict(
        target=unit(3, 4), output=unit(3, 4)
    ),
    "backend.categorical_crossentropy backend.categorical_focal_crossentropy": lambda: dict(
        target=prob(3, 4), output=prob(3, 4)
    ),
    "backend.sparse_categorical_crossentropy": lambda: dict(target=i(4, 3), output=prob(3, 4)),
    "backend.cast": lambda: dict(x=f(3, 4), dtype="float64"),
    "backend.cast_to_floatx backend.eval backend.get_value": lambda: dict(x=f(3, 4)),
    "backend.clip": lambda: dict(x=f(3, 4), min_value=tf.constant(-0.5), max_value=tf.constant(0.5)),
    "backend.concatenate": lambda: dict(tensors=[f(3, 4), f(3, 4)], axis=0),
    "backend.constant": lambda: dict(value=f(3, 4)),
    "backend.variable": lambda: dict(value=f(3, 4)),
    "backend.conv1d": lambda: dict(
        x=f(2, 8, 3), kernel=f(3, 3, 4), padding="same", data_format="channels_last"
    ),
    "backend.conv2d": lambda: dict(
        x=f(2, 8, 8, 3), kernel=f(3, 3, 3, 4), padding="same", data_format="channels_last"
    ),
    "backend.conv2d_transpose": lambda: dict(
        x=f(2, 8, 8, 3),
        kernel=f(3, 3, 4, 3),
        output_shape=(2, 8, 8, 4),
        padding="same",
        data_format="channels_last",
    ),
    "backend.conv3d": lambda: dict(
        x=f(2, 4, 4, 4, 3), kernel=f(2, 2, 2, 3, 4), padding="same", data_format="channels_last"
    ),
    "backend.depthwise_conv2d": lambda: dict(
        x=f(2, 8, 8, 3), depthwise_kernel=f(3, 3, 3, 2), padding="same", data_format="channels_last"
    ),
    "backend.separable_conv2d": lambda: dict(
        x=f(2, 8, 8, 3),
        depthwise_kernel=f(3, 3, 3, 2),
        pointwise_kernel=f(1, 1, 6, 4),
        padding="same",
        data_format="channels_last",
    ),
    "backend.local_conv1d": lambda: dict(
        inputs=f(2, 4, 3), kernel=f(3, 6, 2), kernel_size=(2,), strides=(1,)
    ),
    "backend.local_conv2d": lambda: dict(
        inputs=f(2, 3, 3, 1), kernel=f(4, 4, 2), kernel_size=(2, 2), strides=(1, 1), output_shape=(2, 2)
    ),
    "backend.pool2d": lambda: dict(
        x=f(2, 8, 8, 3), pool_size=(2, 2), strides=(2, 2), data_format="channels_last"
    ),
    "backend.pool3d": lambda: dict(
        x=f(2, 4, 4, 4, 3), pool_size=(2, 2, 2), strides=(2, 2, 2), data_format="channels_last"
    ),
    "backend.resize_images": lambda: dict(
        x=f(2, 4, 4, 3), height_factor=2, width_factor=2, data_format="channels_last"
    ),
    "backend.resize_volumes": lambda: dict(
        x=f(2, 2, 2, 2, 3), depth_factor=2, height_factor=2, width_factor=2, data_format="channels_last"
    ),
    "backend.spatial_2d_padding": lambda: dict(x=f(2, 4, 4, 3), data_format="channels_last"),
    "backend.spatial_3d_padding": lambda: dict(x=f(2, 2, 2, 2, 3), data_format="channels_last"),
    "backend.temporal_padding": lambda: dict(x=f(2, 4, 3)),
    "backend.ctc_batch_cost": lambda: dict(
        y_true=i(3, 2, 3) + 1, y_pred=prob(2, 6, 5), input_length=[[6], [6]], label_length=[[3], [2]]
    ),
    "backend.ctc_decode": lambda: dict(y_pred=prob(2, 6, 5), input_length=[6, 6]),
    "backend.dropout": lambda: dict(x=f(8, 8), level=0.3),
    "backend.gather": lambda: dict(reference=f(5, 3), indices=i(5, 4)),
    "backend.in_top_k": lambda: dict(predictions=f(3, 4), targets=i(4, 3), k=2),
    "backend.in_train_phase": lambda: dict(x=f(3), alt=f(3), training=1),
    "backend.in_test_phase": lambda: dict(x=f(3), alt=f(3), training=0),
    "backend.is_keras_tensor backend.is_sparse backend.ndim backend.int_shape backend.shape backend.dtype": lambda: {
        "*": [f(3, 4)]
    },
    "backend.map_fn": lambda: dict(fn=lambda x: x * 2.0, elems=f(3, 4)),
    "backend.foldl backend.foldr": lambda: dict(fn=lambda a, x: a + x, elems=f(3, 4), initializer=f(4)),
    "backend.moving_average_update": lambda: dict(x=var(3), value=f(3), momentum=0.9),
    "backend.permute_dimensions": lambda: dict(x=f(3, 4), pattern=(1, 0)),
    "backend.pow": lambda: dict(x=pos(3), a=2.0),
    "backend.print_tensor": lambda: dict(x=f(2)),
    "backend.repeat": lambda: dict(x=f(3, 4), n=2),
    "backend.repeat_elements": lambda: dict(x=f(3, 4), rep=2, axis=0),
    "backend.reshape": lambda: dict(x=f(3, 4), shape=(4, 3)),
    "backend.reverse": lambda: dict(x=f(3, 4), axes=0),
    "backend.rnn": lambda: dict(
        step_function=lambda x, states: (x + states[0], [x + states[0]]),
        inputs=f(2, 3, 4),
        initial_states=[f(2, 4)],
    ),
    "backend.squeeze": lambda: dict(x=f(3, 1, 4), axis=1),
    "backend.stack": lambda: dict(x=[f(3), f(3)]),
    "backend.switch": lambda: dict(condition=b(3), then_expression=f(3), else_expression=f(3)),
    "backend.tile": lambda: dict(x=f(3, 4), n=(2, 1)),
    "backend.to_dense": lambda: dict(tensor=f(3, 4)),
    "backend.update": lambda: dict(x=var(3), new_x=f(3)),
    "backend.update_add": lambda: dict(x=var(3), increment=f(3)),
    "backend.update_sub": lambda: dict(x=var(3), decrement=f(3)),
    "backend.relu": lambda: dict(x=f(3, 4), max_value=1.0),
    # random
    "random.beta": lambda: dict(shape=(3,), alpha=pos(3), beta=pos(3)),
    "random.binomial": lambda: dict(shape=(3,), counts=tf.constant(10.0), probabilities=unit(3)),
    "random.categorical": lambda: dict(logits=f(3, 4), num_samples=2),
    "random.dropout": lambda: dict(inputs=f(8, 8), rate=0.3),
    "random.gamma": lambda: dict(shape=(3,), alpha=pos(3)),
    "random.normal random.truncated_normal": lambda: dict(shape=(3,), mean=f(), stddev=pos()),
    "random.uniform": lambda: dict(shape=(3,), minval=tf.constant(0.0), maxval=tf.constant(2.0)),
    "random.shuffle": lambda: dict(x=f(4, 3)),
    # utilities
    "utils.array_to_img": lambda: dict(x=unit(4, 4, 3)),
    "utils.img_to_array": lambda: dict(img=unit(4, 4, 3)),
    "utils.normalize": lambda: dict(x=f(3, 4)),
    "utils.pack_x_y_sample_weight": lambda: dict(x=f(3), y=f(3)),
    "utils.unpack_x_y_sample_weight": lambda: dict(data=(f(3), f(3))),
    "utils.pad_sequences": lambda: dict(sequences=[f(3), f(2)], dtype="float32"),
    "utils.timeseries_dataset_from_array": lambda: dict(data=f(8, 2), targets=None, sequence_length=3),
}
