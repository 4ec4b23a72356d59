"""Arguments for ``tf.nn`` and ``tf.signal``."""

from __future__ import annotations

import tensorflow as tf

from tools.measure.inputs import (
    Table,
    b,
    c,
    f,
    hot,
    i,
    pos,
    prob,
    unit,
)

RECIPES: Table = {
    # convolution and pooling
    "nn.atrous_conv2d": lambda: dict(value=f(2, 8, 8, 3), filters=f(3, 3, 3, 4), rate=2, padding="SAME"),
    "nn.atrous_conv2d_transpose": lambda: dict(
        value=f(2, 8, 8, 3), filters=f(3, 3, 4, 3), output_shape=(2, 8, 8, 4), rate=2, padding="SAME"
    ),
    "nn.conv1d": lambda: dict(input=f(2, 8, 3), filters=f(3, 3, 4), stride=1, padding="SAME"),
    "nn.conv1d_transpose": lambda: dict(
        input=f(2, 8, 3), filters=f(3, 4, 3), output_shape=(2, 8, 4), strides=1, padding="SAME"
    ),
    "nn.conv2d": lambda: dict(input=f(2, 8, 8, 3), filters=f(3, 3, 3, 4), strides=1, padding="SAME"),
    "conv": lambda: dict(input=f(2, 8, 8, 3), filter=f(3, 3, 3, 4), strides=[1, 1, 1, 1], padding="SAME"),
    "nn.conv2d_transpose": lambda: dict(
        input=f(2, 8, 8, 3), filters=f(3, 3, 4, 3), output_shape=(2, 8, 8, 4), strides=1, padding="SAME"
    ),
    "nn.conv3d": lambda: dict(
        input=f(2, 4, 4, 4, 3), filters=f(2, 2, 2, 3, 4), strides=[1, 1, 1, 1, 1], padding="SAME"
    ),
    "nn.conv3d_transpose": lambda: dict(
        input=f(2, 4, 4, 4, 3),
        filters=f(2, 2, 2, 4, 3),
        output_shape=(2, 4, 4, 4, 4),
        strides=1,
        padding="SAME",
    ),
    "nn.conv_transpose": lambda: dict(
        input=f(2, 8, 8, 3), filters=f(3, 3, 4, 3), output_shape=(2, 8, 8, 4), strides=1, padding="SAME"
    ),
    "nn.convolution": lambda: dict(input=f(2, 8, 8, 3), filters=f(3, 3, 3, 4), padding="SAME"),
    "nn.depthwise_conv2d": lambda: dict(
        input=f(2, 8, 8, 3), filter=f(3, 3, 3, 2), strides=[1, 1, 1, 1], padding="SAME"
    ),
    "nn.depthwise_conv2d_backprop_filter": lambda: dict(
        input=f(2, 8, 8, 3),
        filter_sizes=[3, 3, 3, 2],
        out_backprop=f(2, 8, 8, 6),
        strides=[1, 1, 1, 1],
        padding="SAME",
    ),
    "nn.depthwise_conv2d_backprop_input": lambda: dict(
        input_sizes=[2, 8, 8, 3],
        filter=f(3, 3, 3, 2),
        out_backprop=f(2, 8, 8, 6),
        strides=[1, 1, 1, 1],
        padding="SAME",
    ),
    "conv2d_backprop_filter_v2": lambda: dict(
        input=f(2, 8, 8, 3),
        filter=f(3, 3, 3, 4),
        out_backprop=f(2, 8, 8, 4),
        strides=[1, 1, 1, 1],
        padding="SAME",
    ),
    "conv2d_backprop_input_v2": lambda: dict(
        input=f(2, 8, 8, 3),
        filter=f(3, 3, 3, 4),
        out_backprop=f(2, 8, 8, 4),
        strides=[1, 1, 1, 1],
        padding="SAME",
    ),
    "nn.separable_conv2d": lambda: dict(
        input=f(2, 8, 8, 3),
        depthwise_filter=f(3, 3, 3, 2),
        pointwise_filter=f(1, 1, 6, 4),
        strides=[1, 1, 1, 1],
        padding="SAME",
    ),
    "nn.dilation2d": lambda: dict(
        input=f(2, 8, 8, 3),
        filters=f(3, 3, 3),
        strides=[1, 1, 1, 1],
        padding="SAME",
        data_format="NHWC",
        dilations=[1, 1, 1, 1],
    ),
    "nn.erosion2d": lambda: dict(
        value=f(2, 8, 8, 3),
        filters=f(3, 3, 3),
        strides=[1, 1, 1, 1],
        padding="SAME",
        data_format="NHWC",
        dilations=[1, 1, 1, 1],
    ),
    "nn.avg_pool nn.max_pool nn.avg_pool2d nn.max_pool2d": lambda: dict(
        input=f(2, 8, 8, 3), ksize=2, strides=2, padding="SAME"
    ),
    "nn.avg_pool1d nn.max_pool1d": lambda: dict(input=f(2, 8, 3), ksize=2, strides=2, padding="SAME"),
    "nn.avg_pool3d nn.max_pool3d": lambda: dict(input=f(2, 4, 4, 4, 3), ksize=2, strides=2, padding="SAME"),
    "nn.max_pool_with_argmax": lambda: dict(input=f(2, 8, 8, 3), ksize=2, strides=2, padding="SAME"),
    "nn.fractional_avg_pool nn.fractional_max_pool": lambda: dict(
        value=f(2, 8, 8, 3), pooling_ratio=[1.0, 1.5, 1.5, 1.0]
    ),
    "nn.pool": lambda: dict(input=f(2, 8, 8, 3), window_shape=[2, 2], pooling_type="MAX", strides=[2, 2]),
    "nn.with_space_to_batch": lambda: dict(
        input=f(2, 8, 8, 3),
        dilation_rate=[2, 2],
        padding="VALID",
        op=lambda value, *_, **__: value * 2.0,
        filter_shape=[1, 1],
    ),
    "nn.depth_to_space": lambda: dict(input=f(2, 4, 4, 8), block_size=2),
    "nn.space_to_depth": lambda: dict(input=f(2, 4, 4, 2), block_size=2),
    # normalisation, activation, regularisation
    "nn.batch_normalization": lambda: dict(
        x=f(4, 3), mean=f(3), variance=pos(3), offset=f(3), scale=f(3), variance_epsilon=1e-3
    ),
    "nn.batch_norm_with_global_normalization": lambda: dict(
        input=f(2, 4, 4, 3),
        mean=f(3),
        variance=pos(3),
        beta=f(3),
        gamma=f(3),
        variance_epsilon=1e-3,
        scale_after_normalization=True,
    ),
    "nn.bias_add": lambda: dict(value=f(3, 4), bias=f(4)),
    "nn.dropout": lambda: dict(x=f(8, 8), rate=0.3),
    "nn.experimental.stateless_dropout": lambda: dict(x=f(8, 8), rate=0.3, seed=(1, 2)),
    "nn.experimental.general_dropout": lambda: dict(
        x=f(8, 8),
        rate=0.3,
        uniform_sampler=lambda shape, dtype: tf.random.stateless_uniform(shape, (1, 2), dtype=dtype),
    ),
    "nn.local_response_normalization": lambda: dict(input=f(2, 4, 4, 3)),
    "nn.moments": lambda: dict(x=f(4, 3), axes=[0]),
    "nn.normalize_moments": lambda: dict(
        counts=tf.constant(4.0), mean_ss=f(3), variance_ss=pos(3) + 9.0, shift=f(3)
    ),
    "nn.sufficient_statistics": lambda: dict(x=f(4, 3), axes=[0], shift=tf.constant(0.5)),
    "nn.weighted_moments": lambda: dict(x=f(4, 3), axes=[0], frequency_weights=pos(4, 3)),
    "nn.isotonic_regression": lambda: dict(inputs=f(3, 5)),
    "nn.crelu": lambda: dict(features=f(3, 4)),
    "nn.relu6 nn.leaky_relu": lambda: dict(features=f(3, 4)),
    # losses and samplers
    "nn.compute_average_loss": lambda: dict(per_example_loss=f(4), sample_weight=pos(4), global_batch_size=4),
    "nn.ctc_loss": lambda: dict(
        labels=i(3, 2, 3) + 1,
        logits=f(6, 2, 5),
        label_length=tf.constant([3, 2]),
        logit_length=tf.constant([6, 6]),
    ),
    "nn.ctc_beam_search_decoder nn.ctc_greedy_decoder": lambda: dict(
        inputs=f(6, 2, 5), sequence_length=tf.constant([6, 6])
    ),
    "nn.embedding_lookup": lambda: dict(params=f(6, 3), ids=i(6, 4)),
    "nn.embedding_lookup_sparse": lambda: dict(
        params=f(6, 3), sp_ids=tf.sparse.from_dense([[1, 2], [3, 4]]), sp_weights=None
    ),
    "nn.safe_embedding_lookup_sparse": lambda: dict(
        embedding_weights=f(6, 3), sparse_ids=tf.sparse.from_dense(tf.constant([[1, 2], [3, 4]], tf.int64))
    ),
    "nn.log_poisson_loss": lambda: dict(targets=pos(3, 4), log_input=f(3, 4), compute_full_loss=True),
    "nn.nce_loss nn.sampled_softmax_loss": lambda: dict(
        weights=f(8, 3),
        biases=f(8),
        labels=tf.cast(i(8, 4, 1), tf.int64),
        inputs=f(4, 3),
        num_sampled=4,
        num_classes=8,
    ),
    "nn.scale_regularization_loss": lambda: dict(regularization_loss=f(3)),
    "nn.sigmoid_cross_entropy_with_logits": lambda: dict(labels=unit(3, 4), logits=f(3, 4)),
    "nn.softmax_cross_entropy_with_logits": lambda: dict(labels=prob(3, 4), logits=f(3, 4)),
    "nn.sparse_softmax_cross_entropy_with_logits": lambda: dict(labels=i(4, 3), logits=f(3, 4)),
    "nn.weighted_cross_entropy_with_logits": lambda: dict(
        labels=unit(3, 4), logits=f(3, 4), pos_weight=pos(4)
    ),
    "math.in_top_k": lambda: dict(targets=i(4, 3), predictions=f(3, 4), k=2),
    "math.top_k": lambda: dict(input=f(3, 4), k=2),
    "math.approx_max_k nn.approx_max_k math.approx_min_k nn.approx_min_k": lambda: dict(operand=f(3, 8), k=2),
    "approx_top_k": lambda: dict(input=f(3, 8), k=2),
    # signals
    "signal.dct signal.idct": lambda: dict(input=f(2, 8)),
    "signal.fft signal.ifft": lambda: dict(input=c(2, 8)),
    "signal.fft2d signal.ifft2d": lambda: dict(input=c(2, 4, 4)),
    "signal.fft3d signal.ifft3d": lambda: dict(input=c(2, 4, 4, 4)),
    "signal.fftnd signal.ifftnd fftnd ifftnd": lambda: {"*": [c(4, 4), [4, 4], [0, 1]]},
    "signal.rfftnd rfftnd": lambda: {"*": [f(4, 4), [4, 4], [0, 1]]},
    "signal.irfftnd irfftnd": lambda: {"*": [c(4, 3), [4, 4], [0, 1]]},
    "signal.fftshift signal.ifftshift": lambda: dict(x=f(8)),
    "signal.rfft": lambda: dict(input_tensor=f(2, 8)),
    "signal.rfft2d": lambda: dict(input_tensor=f(2, 4, 4)),
    "signal.rfft3d": lambda: dict(input_tensor=f(2, 4, 4, 4)),
    "signal.irfft": lambda: dict(input_tensor=c(2, 5)),
    "signal.irfft2d": lambda: dict(input_tensor=c(2, 4, 3)),
    "signal.irfft3d": lambda: dict(input_tensor=c(2, 4, 4, 3)),
    "signal.frame": lambda: dict(signal=f(2, 16), frame_length=4, frame_step=2),
    "signal.stft": lambda: dict(signals=f(2, 32), frame_length=8, frame_step=4),
    "signal.inverse_stft": lambda: dict(stfts=c(2, 6, 5), frame_length=8, frame_step=4),
    "signal.mdct": lambda: dict(signals=f(2, 32), frame_length=8),
    "signal.inverse_mdct": lambda: dict(mdcts=f(2, 6, 4)),
    "signal.overlap_and_add": lambda: dict(signal=f(2, 6, 4), frame_step=2),
    "signal.mfccs_from_log_mel_spectrograms": lambda: dict(log_mel_spectrograms=f(2, 6, 8)),
    "signal.linear_to_mel_weight_matrix": lambda: dict(
        num_mel_bins=4,
        num_spectrogram_bins=17,
        sample_rate=8000,
        lower_edge_hertz=tf.constant(125.0),
        upper_edge_hertz=tf.constant(3800.0),
    ),
    "signal.kaiser_window": lambda: dict(window_length=8, beta=tf.constant(12.0)),
    "math.confusion_matrix": lambda: dict(labels=i(3, 5), predictions=i(3, 5), weights=pos(5)),
    "boolean_mask": lambda: dict(tensor=f(3, 4), mask=b(3, 4)),
    "one_hot": lambda: dict(indices=i(3, 4), depth=3, on_value=tf.constant(2.0), off_value=tf.constant(0.5)),
    "math.zero_fraction": lambda: dict(value=hot(3, 4)),
}
