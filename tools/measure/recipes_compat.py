"""Arguments for what ``tf.compat.v1`` calls otherwise than today's TensorFlow."""

from __future__ import annotations

from typing import Any

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
    sparse,
    unit,
    var,
)


def _loss() -> dict[str, Any]:
    return dict(labels=unit(3, 4), predictions=f(3, 4), weights=tf.constant(0.5))


RECIPES: Table = {
    "serialize_sparse": lambda: dict(sp_input=sparse()),
    "arg_max arg_min": lambda: dict(input=f(3, 4), dimension=0),
    "batch_to_space_nd": lambda: dict(input=f(4, 2, 2, 1), block_shape=[2, 2], crops=[[0, 0], [0, 0]]),
    "expand_dims": lambda: dict(input=f(3, 4), axis=0),
    "quantize_v2": lambda: dict(
        input=f(3, 4), min_range=tf.constant(-2.0), max_range=tf.constant(2.0), T=tf.quint8
    ),
    "losses.absolute_difference losses.huber_loss losses.mean_squared_error losses.mean_pairwise_squared_error": _loss,
    "losses.log_loss": lambda: dict(labels=unit(3, 4), predictions=unit(3, 4), weights=tf.constant(0.5)),
    "losses.cosine_distance": lambda: dict(labels=f(3, 4), predictions=f(3, 4), axis=1),
    "losses.hinge_loss": lambda: dict(labels=hot(3, 4), logits=f(3, 4)),
    "losses.sigmoid_cross_entropy": lambda: dict(multi_class_labels=hot(3, 4), logits=f(3, 4)),
    "losses.softmax_cross_entropy": lambda: dict(onehot_labels=hot(3, 4), logits=f(3, 4)),
    "losses.sparse_softmax_cross_entropy": lambda: dict(labels=i(4, 3), logits=f(3, 4)),
    "losses.compute_weighted_loss": lambda: dict(losses=f(3, 4), weights=pos(3, 1)),
    "where": lambda: dict(condition=b(3, 4), x=f(3, 4), y=f(3, 4)),
    "nn.ctc_loss": lambda: dict(
        labels=tf.sparse.from_dense([[1, 2, 3], [2, 1, 0]]), inputs=f(6, 2, 5), sequence_length=[6, 6]
    ),
    "nn.ctc_loss_v2": lambda: dict(
        labels=i(3, 2, 3) + 1,
        logits=f(6, 2, 5),
        label_length=tf.constant([3, 2]),
        logit_length=tf.constant([6, 6]),
    ),
    "nn.ctc_beam_search_decoder": lambda: dict(inputs=f(6, 2, 5), sequence_length=[6, 6]),
    "nn.softmax_cross_entropy_with_logits nn.softmax_cross_entropy_with_logits_v2": lambda: dict(
        labels=prob(3, 4), logits=f(3, 4)
    ),
    "nn.sparse_softmax_cross_entropy_with_logits": lambda: dict(labels=i(4, 3), logits=f(3, 4)),
    "nn.sigmoid_cross_entropy_with_logits": lambda: dict(labels=unit(3, 4), logits=f(3, 4)),
    "nn.weighted_cross_entropy_with_logits": lambda: dict(
        labels=unit(3, 4), logits=f(3, 4), pos_weight=pos(4)
    ),
    "nn.conv1d": lambda: dict(value=f(2, 8, 3), filters=f(3, 3, 4), stride=1, padding="SAME"),
    "nn.conv2d": lambda: dict(
        input=f(2, 8, 8, 3), filter=f(3, 3, 3, 4), strides=[1, 1, 1, 1], padding="SAME"
    ),
    "nn.conv2d_backprop_filter": lambda: dict(
        input=f(2, 8, 8, 3),
        filter_sizes=[3, 3, 3, 4],
        out_backprop=f(2, 8, 8, 4),
        strides=[1, 1, 1, 1],
        padding="SAME",
    ),
    "nn.conv2d_backprop_input": lambda: dict(
        input_sizes=[2, 8, 8, 3],
        filter=f(3, 3, 3, 4),
        out_backprop=f(2, 8, 8, 4),
        strides=[1, 1, 1, 1],
        padding="SAME",
    ),
    "nn.conv2d_transpose": lambda: dict(
        value=f(2, 8, 8, 3),
        filter=f(3, 3, 4, 3),
        output_shape=(2, 8, 8, 4),
        strides=[1, 1, 1, 1],
        padding="SAME",
    ),
    "nn.conv3d": lambda: dict(
        input=f(2, 4, 4, 4, 3), filter=f(2, 2, 2, 3, 4), strides=[1, 1, 1, 1, 1], padding="SAME"
    ),
    "nn.conv3d_backprop_filter nn.conv3d_backprop_filter_v2": lambda: dict(
        input=f(2, 4, 4, 4, 3),
        filter_sizes=[2, 2, 2, 3, 4],
        out_backprop=f(2, 4, 4, 4, 4),
        strides=[1, 1, 1, 1, 1],
        padding="SAME",
    ),
    "nn.conv3d_transpose": lambda: dict(
        value=f(2, 4, 4, 4, 3),
        filter=f(2, 2, 2, 4, 3),
        output_shape=(2, 4, 4, 4, 4),
        strides=[1, 1, 1, 1, 1],
        padding="SAME",
    ),
    "nn.convolution": lambda: dict(input=f(2, 8, 8, 3), filter=f(3, 3, 3, 4), padding="SAME"),
    "nn.depthwise_conv2d nn.depthwise_conv2d_native": lambda: dict(
        input=f(2, 8, 8, 3), filter=f(3, 3, 3, 2), strides=[1, 1, 1, 1], padding="SAME"
    ),
    "nn.depthwise_conv2d_native_backprop_filter": lambda: dict(
        input=f(2, 8, 8, 3),
        filter_sizes=[3, 3, 3, 2],
        out_backprop=f(2, 8, 8, 6),
        strides=[1, 1, 1, 1],
        padding="SAME",
    ),
    "nn.depthwise_conv2d_native_backprop_input": lambda: dict(
        input_sizes=[2, 8, 8, 3],
        filter=f(3, 3, 3, 2),
        out_backprop=f(2, 8, 8, 6),
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
        input=f(2, 8, 8, 3), filter=f(3, 3, 3), strides=[1, 1, 1, 1], rates=[1, 1, 1, 1], padding="SAME"
    ),
    "nn.erosion2d": lambda: dict(
        value=f(2, 8, 8, 3), kernel=f(3, 3, 3), strides=[1, 1, 1, 1], rates=[1, 1, 1, 1], padding="SAME"
    ),
    "nn.avg_pool nn.avg_pool2d nn.max_pool": lambda: dict(
        value=f(2, 8, 8, 3), ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME"
    ),
    "nn.max_pool_with_argmax": lambda: dict(
        input=f(2, 8, 8, 3), ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME"
    ),
    "nn.fractional_avg_pool nn.fractional_max_pool": lambda: dict(
        value=f(2, 8, 8, 3), pooling_ratio=[1.0, 1.5, 1.5, 1.0]
    ),
    "nn.pool": lambda: dict(input=f(2, 8, 8, 3), window_shape=[2, 2], pooling_type="MAX", padding="SAME"),
    "nn.batch_norm_with_global_normalization": lambda: dict(
        t=f(2, 4, 4, 3),
        m=f(3),
        v=pos(3),
        beta=f(3),
        gamma=f(3),
        variance_epsilon=1e-3,
        scale_after_normalization=True,
    ),
    "nn.fused_batch_norm": lambda: dict(x=f(2, 4, 4, 3), scale=f(3), offset=f(3)),
    "nn.dropout": lambda: dict(x=f(8, 8), rate=0.3),
    "nn.embedding_lookup": lambda: dict(params=f(6, 3), ids=i(6, 4)),
    "nn.embedding_lookup_sparse": lambda: dict(
        params=f(6, 3), sp_ids=tf.sparse.from_dense([[1, 2], [3, 4]]), sp_weights=None
    ),
    "nn.safe_embedding_lookup_sparse": lambda: dict(
        embedding_weights=f(6, 3), sparse_ids=tf.sparse.from_dense(tf.constant([[1, 2], [3, 4]], tf.int64))
    ),
    "nn.moments": lambda: dict(x=f(4, 3), axes=[0]),
    "nn.sufficient_statistics": lambda: dict(x=f(4, 3), axes=[0], shift=tf.constant(0.5)),
    "nn.weighted_moments": lambda: dict(x=f(4, 3), axes=[0], frequency_weights=pos(4, 3)),
    "nn.nce_loss nn.sampled_softmax_loss": lambda: dict(
        weights=f(8, 3),
        biases=f(8),
        labels=tf.cast(i(8, 4, 1), tf.int64),
        inputs=f(4, 3),
        num_sampled=4,
        num_classes=8,
    ),
    "nn.relu_layer nn.xw_plus_b": lambda: dict(x=f(3, 4), weights=f(4, 2), biases=f(2)),
    "nn.quantized_avg_pool nn.quantized_max_pool": lambda: dict(
        input=tf.cast(i(9, 1, 4, 4, 1), tf.quint8),
        min_input=f(),
        max_input=pos() + 3.0,
        ksize=[1, 2, 2, 1],
        strides=[1, 2, 2, 1],
        padding="SAME",
    ),
    "nn.quantized_relu_x": lambda: dict(
        features=tf.cast(i(9, 4), tf.quint8),
        max_value=tf.constant(6.0),
        min_features=f(),
        max_features=pos() + 3.0,
    ),
    "nn.quantized_conv2d": lambda: dict(
        input=tf.cast(i(9, 1, 4, 4, 1), tf.quint8),
        filter=tf.cast(i(9, 2, 2, 1, 1), tf.quint8),
        min_input=tf.constant(0.0),
        max_input=tf.constant(1.0),
        min_filter=tf.constant(0.0),
        max_filter=tf.constant(1.0),
        strides=[1, 1, 1, 1],
        padding="SAME",
    ),
    "quantized_concat": lambda: dict(
        concat_dim=0,
        values=[tf.cast(i(9, 4), tf.quint8), tf.cast(i(9, 4), tf.quint8)],
        input_mins=[tf.constant(0.0)] * 2,
        input_maxes=[tf.constant(1.0)] * 2,
    ),
    "batch_gather": lambda: dict(params=f(3, 4), indices=i(4, 3, 2)),
    "gather": lambda: dict(params=f(5, 3), indices=i(5, 4)),
    "gather_nd": lambda: dict(params=f(5, 3), indices=[[0, 1], [2, 2]]),
    "batch_scatter_update scatter_nd_update scatter_nd_add scatter_nd_sub": lambda: dict(
        ref=var(5), indices=[[0], [2]], updates=f(2)
    ),
    "batch_scatter_update": lambda: dict(ref=var(2, 5), indices=[[0], [2]], updates=f(2, 1)),
    "scatter_add scatter_div scatter_max scatter_min scatter_mul scatter_sub scatter_update": lambda: dict(
        ref=var(5), indices=[0, 2], updates=f(2)
    ),
    "assign assign_add assign_sub": lambda: dict(ref=var(3), value=f(3)),
    "batch_to_space": lambda: dict(input=f(4, 2, 2, 1), crops=[[0, 0], [0, 0]], block_size=2),
    "space_to_batch": lambda: dict(input=f(1, 4, 4, 1), paddings=[[0, 0], [0, 0]], block_size=2),
    "nn.space_to_batch": lambda: dict(input=f(1, 4, 4, 1), paddings=[[0, 0], [0, 0]], block_size=2),
    "depth_to_space nn.depth_to_space": lambda: dict(input=f(2, 4, 4, 8), block_size=2),
    "space_to_depth nn.space_to_depth": lambda: dict(input=f(2, 4, 4, 2), block_size=2),
    "boolean_mask": lambda: dict(tensor=f(3, 4), mask=b(3, 4)),
    "confusion_matrix math.confusion_matrix": lambda: dict(
        labels=i(3, 5), predictions=i(3, 5), weights=pos(5)
    ),
    "bincount math.bincount": lambda: dict(arr=i(4, 6), weights=pos(6)),
    "math.in_top_k": lambda: dict(predictions=f(3, 4), targets=i(4, 3), k=2),
    "clip_by_average_norm": lambda: dict(t=f(3, 4), clip_norm=tf.constant(0.1)),
    "map_fn": lambda: dict(fn=lambda x: x * 2.0, elems=f(3, 4)),
    "foldl foldr": lambda: dict(fn=lambda a, x: a + x, elems=f(3, 4), initializer=f(4)),
    "scan": lambda: dict(fn=lambda a, x: a * x, elems=f(3, 4), initializer=f(4)),
    "while_loop": lambda: dict(
        cond=lambda x: tf.reduce_sum(tf.abs(x)) < 50.0, body=lambda x: (x * 2.0,), loop_vars=(f(3),)
    ),
    "py_func numpy_function": lambda: dict(func=lambda x: x * 2, inp=[f(3)], Tout=tf.float32),
    "pad": lambda: dict(tensor=f(3, 4), paddings=[[1, 1], [1, 1]]),
    "random_crop image.random_crop": lambda: dict(value=unit(8, 8, 3), size=(4, 4, 3)),
    "random_poisson random.poisson": lambda: dict(lam=pos(3), shape=[4]),
    "multinomial": lambda: dict(logits=f(3, 4), num_samples=2),
    "random.stateless_multinomial": lambda: dict(logits=f(3, 4), num_samples=2, seed=(1, 2)),
    "reverse_sequence": lambda: dict(input=f(3, 4), seq_lengths=[1, 2, 3], seq_axis=1, batch_axis=0),
    "shape size rank": lambda: dict(input=f(3, 4)),
    "squeeze": lambda: dict(input=f(3, 1, 4)),
    "transpose": lambda: dict(a=f(3, 4)),
    "verify_tensor_all_finite": lambda: dict(t=f(3), msg="not finite"),
    "sparse_add": lambda: dict(a=sparse(), b=sparse()),
    "sparse_concat": lambda: dict(axis=0, sp_inputs=[sparse(), sparse()]),
    "sparse_matmul": lambda: dict(a=f(3, 4), b=f(4, 2)),
    "sparse_merge": lambda: dict(
        sp_ids=tf.sparse.from_dense([[1, 2]]), sp_values=tf.sparse.from_dense(pos(1, 2)), vocab_size=4
    ),
    "sparse_reduce_max sparse_reduce_max_sparse sparse_reduce_sum sparse_reduce_sum_sparse": lambda: dict(
        sp_input=sparse()
    ),
    "sparse_segment_mean sparse_segment_sqrt_n sparse_segment_sum": lambda: dict(
        data=f(5, 3), indices=[0, 2, 4], segment_ids=[0, 0, 1]
    ),
    "sparse_split": lambda: dict(sp_input=sparse(), num_split=2, axis=1),
    "sparse_to_dense": lambda: dict(
        sparse_indices=[[0], [2]], output_shape=[4], sparse_values=f(2), default_value=f()
    ),
    "to_bfloat16 to_complex128 to_complex64 to_double to_float to_int32 to_int64": lambda: dict(x=f(3, 4)),
    "tuple": lambda: dict(tensors=[f(3), f(4)]),
    "batch_matmul": lambda: dict(a=f(3, 4), b=f(4, 2)),
    "image.crop_and_resize": lambda: dict(
        image=unit(2, 8, 8, 3),
        boxes=tf.constant([[0.1, 0.2, 0.8, 0.9], [0.0, 0.1, 0.7, 0.6]]),
        box_ind=tf.constant([0, 1]),
        crop_size=[4, 4],
    ),
    "image.draw_bounding_boxes": lambda: dict(
        images=unit(1, 8, 8, 3), boxes=tf.constant([[[0.1, 0.1, 0.8, 0.8]]])
    ),
    "image.extract_glimpse": lambda: dict(input=unit(2, 8, 8, 3), size=[4, 4], offsets=unit(2, 2)),
    "image.extract_image_patches extract_image_patches": lambda: dict(
        images=unit(2, 8, 8, 3), ksizes=[1, 2, 2, 1], strides=[1, 2, 2, 1], rates=[1, 1, 1, 1], padding="SAME"
    ),
    "image.resize_area image.resize_bicubic image.resize_bilinear image.resize_nearest_neighbor": lambda: (
        dict(images=unit(2, 6, 6, 3), size=(4, 4))
    ),
    "image.resize image.resize_images": lambda: dict(images=unit(2, 6, 6, 3), size=(4, 4)),
    "image.resize_image_with_pad": lambda: dict(image=unit(6, 6, 3), target_height=4, target_width=5),
    "image.resize_image_with_crop_or_pad": lambda: dict(image=unit(6, 6, 3), target_height=4, target_width=4),
    "image.sample_distorted_bounding_box": lambda: dict(
        image_size=[8, 8, 3], bounding_boxes=tf.constant([[[0.1, 0.1, 0.9, 0.9]]])
    ),
    "debugging.assert_near assert_near": lambda: dict(x=tf.ones(3), y=tf.ones(3)),
    "debugging.assert_equal assert_equal debugging.assert_greater_equal debugging.assert_less_equal": lambda: (
        dict(x=tf.ones(3), y=tf.ones(3))
    ),
    "debugging.assert_greater assert_greater": lambda: dict(x=tf.ones(3), y=tf.zeros(3)),
    "debugging.assert_less debugging.assert_none_equal": lambda: dict(x=tf.zeros(3), y=tf.ones(3)),
    "debugging.assert_negative debugging.assert_non_positive": lambda: dict(x=-pos(3)),
    "debugging.assert_positive debugging.assert_non_negative": lambda: dict(x=pos(3)),
    "debugging.assert_rank debugging.assert_rank_at_least": lambda: dict(x=f(3, 4), rank=2),
    "debugging.assert_rank_in": lambda: dict(x=f(3, 4), ranks=(1, 2)),
    "debugging.assert_scalar": lambda: dict(tensor=f()),
    "debugging.assert_shapes": lambda: dict(shapes=[(f(3, 4), (3, 4))]),
    "debugging.assert_type": lambda: dict(tensor=f(3), tf_type=tf.float32),
    "argmax math.argmax argmin math.argmin": lambda: dict(input=f(3, 4)),
    "matrix_diag": lambda: dict(diagonal=f(3, 4)),
    "norm": lambda: dict(tensor=f(3, 4)),
    "fft ifft": lambda: dict(input=c(8)),
}
