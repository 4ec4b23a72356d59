"""Arguments for ``tf.*``, ``tf.math``, ``tf.linalg``, ``tf.sparse``, ``tf.random`` and ``tf.compat.v1``."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from measure.inputs import b, big, c, f, hot, i, lower, pos, prob, ragged, sparse, spd, sym, unit, var

_SEGMENTS = [0, 0, 1, 2]
_UNORDERED = [2, 0, 1, 0]



def _operator() -> Any:
    return tf.linalg.LinearOperatorFullMatrix(spd(3), is_self_adjoint=True, is_positive_definite=True)


RECIPES = {
    "truncatemod": lambda: dict(x=f(3, 4), y=pos(3, 4)),
    "io.serialize_sparse": lambda: dict(sp_input=sparse()),
    "io.serialize_tensor": lambda: dict(tensor=f(3, 4)),
    # shape and selection
    "batch_to_space": lambda: dict(input=f(4, 2, 2, 1), block_shape=[2, 2], crops=[[0, 0], [0, 0]]),
    "space_to_batch space_to_batch_nd": lambda: dict(input=f(1, 4, 4, 1), block_shape=[2, 2], paddings=[[0, 0], [0, 0]]),
    "bitcast": lambda: dict(input=f(3, 4), type=tf.int32),
    "broadcast_to": lambda: dict(input=f(4), shape=(3, 4)),
    "concat": lambda: dict(values=[f(3, 4), f(3, 4)], axis=0),
    "dynamic_partition": lambda: dict(data=f(4, 3), partitions=[0, 1, 0, 1], num_partitions=2),
    "dynamic_stitch": lambda: dict(indices=[[0, 2], [1, 3]], data=[f(2, 3), f(2, 3)]),
    "dynamic_stitch_parallel": lambda: dict(indices=[[0, 2], [1, 3]], data=[f(2, 3), f(2, 3)]),
    "ensure_shape": lambda: dict(x=f(3, 4), shape=(3, 4)),
    "fill": lambda: dict(dims=(3, 4), value=f()),
    "gather": lambda: dict(params=f(5, 3), indices=i(5, 4)),
    "gather_nd": lambda: dict(params=f(5, 3), indices=[[0, 1], [2, 2]]),
    "identity_n": lambda: dict(input=[f(3), f(4)]),
    "linspace": lambda: dict(start=f(), stop=f(), num=5),
    "meshgrid": lambda: {"*args": [f(3), f(4)]},
    "pad": lambda: dict(tensor=f(3, 4), paddings=[[1, 1], [1, 1]], constant_values=f()),
    "parallel_stack": lambda: dict(values=[f(3), f(3)]),
    "range": lambda: dict(start=tf.constant(0.0), limit=tf.constant(3.0), delta=tf.constant(0.5)),
    "repeat": lambda: dict(input=f(3, 4), repeats=2, axis=0),
    "reshape": lambda: dict(tensor=f(3, 4), shape=(4, 3)),
    "reverse": lambda: dict(tensor=f(3, 4), axis=[0]),
    "reverse_sequence": lambda: dict(input=f(3, 4), seq_lengths=[1, 2, 3], seq_axis=1, batch_axis=0),
    "roll": lambda: dict(input=f(3, 4), shift=1, axis=0),
    "scatter_nd": lambda: dict(indices=[[0], [2]], updates=f(2, 3), shape=(4, 3)),
    "searchsorted": lambda: dict(sorted_sequence=tf.sort(f(3, 5)), values=f(3, 2)),
    "slice": lambda: dict(input_=f(3, 4), begin=[0, 1], size=[2, 2]),
    "strided_slice": lambda: dict(input_=f(3, 4), begin=[0, 1], end=[2, 3]),
    "split": lambda: dict(value=f(4, 3), num_or_size_splits=2),
    "squeeze": lambda: dict(input=f(3, 1, 4)),
    "stack": lambda: dict(values=[f(3), f(3)]),
    "tensor_scatter_nd_add tensor_scatter_nd_max tensor_scatter_nd_min tensor_scatter_nd_sub "
    "tensor_scatter_nd_update": lambda: dict(tensor=f(5, 3), indices=[[0], [2]], updates=f(2, 3)),
    "tile": lambda: dict(input=f(3, 4), multiples=[2, 1]),
    "transpose": lambda: dict(a=f(3, 4)),
    "unstack": lambda: dict(value=f(3, 4)),
    "where": lambda: dict(condition=b(3, 4), x=f(3, 4), y=f(3, 4)),
    "cast": lambda: dict(x=f(3, 4), dtype=tf.float64),
    "saturate_cast": lambda: dict(value=f(3, 4), dtype=tf.float64),
    "dtypes.complex complex": lambda: dict(real=f(3, 4), imag=f(3, 4)),
    "unique unique_with_counts": lambda: dict(x=tf.round(f(8))),
    "histogram_fixed_width histogram_fixed_width_bins": lambda: dict(values=f(8), value_range=tf.constant([-2.0, 2.0])),
    "fingerprint": lambda: dict(data=f(3, 4)),
    "tensordot": lambda: dict(a=f(3, 4), b=f(4, 2), axes=1),
    "einsum": lambda: {"equation": "ij,jk->ik", "*inputs": [f(3, 4), f(4, 2)]},
    "matmul": lambda: dict(a=f(3, 4), b=f(4, 2)),
    "scalar_mul math.scalar_mul": lambda: dict(scalar=f(), x=f(3, 4)),
    "clip_by_global_norm": lambda: dict(t_list=[f(3), f(4)], clip_norm=tf.constant(1.0)),
    "clip_by_norm": lambda: dict(t=f(3, 4), clip_norm=tf.constant(1.0)),
    "clip_by_value": lambda: dict(t=f(3, 4), clip_value_min=tf.constant(-0.5), clip_value_max=tf.constant(0.5)),
    "cumsum": lambda: dict(x=f(3, 4)),
    "matrix_square_root": lambda: dict(input=spd(3)),
    "rank shape size": lambda: dict(input=f(3, 4)),
    "shape_n": lambda: dict(input=[f(3), f(4)]),
    "constant": lambda: dict(value=f(3, 4)),
    "convert_to_tensor": (lambda: dict(value=f(3, 4)), lambda: dict(value=[f(), f()])),
    "Variable": lambda: dict(initial_value=f(3, 4)),
    "sparse.SparseTensor": lambda: dict(indices=[[0, 0], [1, 2]], values=f(2), dense_shape=[3, 4]),
    "IndexedSlices": lambda: dict(values=f(2, 3), indices=[0, 2], dense_shape=[4, 3]),
    "tuple": lambda: dict(tensors=[f(3), f(4)]),
    "as_string": lambda: dict(input=f(3)),
    "debugging.check_numerics": lambda: dict(tensor=f(3, 4), message="not finite"),
    "debugging.assert_near": lambda: dict(x=tf.ones(3), y=tf.ones(3)),
    "debugging.assert_all_finite": lambda: dict(x=f(3), message="not finite"),
    "debugging.assert_equal debugging.assert_greater_equal debugging.assert_less_equal": lambda: dict(
        x=tf.ones(3), y=tf.ones(3)
    ),
    "debugging.assert_greater": lambda: dict(x=tf.ones(3), y=tf.zeros(3)),
    "debugging.assert_less debugging.assert_none_equal": lambda: dict(x=tf.zeros(3), y=tf.ones(3)),
    "debugging.assert_negative debugging.assert_non_positive": lambda: dict(x=-pos(3)),
    "debugging.assert_positive debugging.assert_non_negative": lambda: dict(x=pos(3)),
    "debugging.assert_rank debugging.assert_rank_at_least": lambda: dict(x=f(3, 4), rank=2),
    "debugging.assert_rank_in": lambda: dict(x=f(3, 4), ranks=(1, 2)),
    "debugging.assert_scalar": lambda: dict(tensor=f()),
    "debugging.assert_shapes": lambda: dict(shapes=[(f(3, 4), (3, 4))]),
    "debugging.assert_type": lambda: dict(tensor=f(3), tf_type=tf.float32),
    "debugging.assert_proper_iterable": lambda: dict(values=[f(3), f(3)]),
    "debugging.Assert": lambda: dict(condition=True, data=[f(3)]),
    "print": lambda: {"*inputs": [f(2)], "output_stream": "file:///dev/null"},
    # functions as arguments
    "map_fn": lambda: dict(fn=lambda x: x * 2.0, elems=f(3, 4)),
    "vectorized_map": lambda: dict(fn=lambda x: x * 2.0, elems=f(3, 4)),
    "foldl foldr": lambda: dict(fn=lambda a, x: a + x, elems=f(3, 4), initializer=f(4)),
    "scan": lambda: dict(fn=lambda a, x: a * x, elems=f(3, 4), initializer=f(4)),
    "while_loop": lambda: dict(cond=lambda x: tf.reduce_sum(tf.abs(x)) < 50.0, body=lambda x: (x * 2.0,), loop_vars=(f(3),)),
    "numpy_function": lambda: dict(func=lambda x: x * 2, inp=[f(3)], Tout=tf.float32),
    "py_function": lambda: dict(func=lambda x: x * 2.0, inp=[f(3)], Tout=tf.float32),
    "stop_gradient": lambda: dict(input=f(3, 4)),
    # tf.math
    "math.accumulate_n add_n": lambda: dict(inputs=[f(3), f(3)]),
    "math.atan2": lambda: dict(y=f(3, 4), x=f(3, 4)),
    "math.bessel_i0 math.bessel_i0e math.bessel_i1 math.bessel_i1e": lambda: dict(x=f(3, 4)),
    "math.betainc": lambda: dict(a=pos(4), b=pos(4), x=unit(4)),
    "math.bincount": lambda: dict(arr=i(4, 6), weights=pos(6)),
    "math.cumprod": lambda: dict(x=f(3, 4)),
    "math.igamma math.igammac": lambda: dict(a=pos(4), x=pos(4)),
    "math.ndtri math.erfinv math.erfcinv": lambda: dict(x=unit(3, 4)),
    "math.polygamma": lambda: dict(a=tf.constant([2.0, 3.0]), x=big(2)),
    "math.zeta": lambda: dict(x=big(4) + 1.0, q=big(4)),
    "math.polyval": lambda: dict(coeffs=[f(), f(), f()], x=f(4)),
    "math.segment_max math.segment_mean math.segment_min math.segment_prod math.segment_sum": lambda: dict(
        data=f(4, 3), segment_ids=_SEGMENTS
    ),
    "math.unsorted_segment_max math.unsorted_segment_mean math.unsorted_segment_min math.unsorted_segment_prod "
    "math.unsorted_segment_sqrt_n math.unsorted_segment_sum": lambda: dict(
        data=f(4, 3), segment_ids=_UNORDERED, num_segments=3
    ),
    "math.count_nonzero": lambda: dict(input=hot(3, 4)),
    "math.multiply_no_nan math.divide_no_nan": lambda: dict(x=f(3, 4), y=f(3, 4)),
    # tf.linalg
    "linalg.banded_triangular_solve": lambda: dict(bands=pos(2, 4), rhs=f(4, 2)),
    "linalg.cholesky": lambda: dict(input=spd(3)),
    "linalg.cholesky_solve": lambda: dict(chol=lower(3), rhs=f(3, 2)),
    "linalg.cross": lambda: dict(a=f(4, 3), b=f(4, 3)),
    "linalg.eig eig": lambda: dict(tensor=spd(3) + 0.1 * f(3, 3)),
    "linalg.eigvals eigvals": lambda: dict(tensor=spd(3) + 0.1 * f(3, 3)),
    "linalg.eigh linalg.eigvalsh": lambda: dict(tensor=sym(3)),
    "linalg.eigh_tridiagonal": lambda: dict(alpha=f(4), beta=f(3)),
    "linalg.diag": lambda: dict(diagonal=f(3, 4), padding_value=f()),
    "linalg.diag_part": lambda: dict(input=f(3, 4), padding_value=f(), k=(-1, 1)),
    "linalg.expm": lambda: dict(input=0.3 * f(3, 3)),
    "linalg.logm": lambda: dict(input=tf.cast(spd(3), tf.complex64)),
    "linalg.global_norm": lambda: dict(t_list=[f(3), f(4)]),
    "linalg.lstsq": lambda: dict(matrix=f(4, 3), rhs=f(4, 2)),
    "linalg.lu": lambda: dict(input=spd(3)),
    "linalg.lu_matrix_inverse": lambda: dict(lower_upper=spd(3), perm=[0, 1, 2]),
    "linalg.lu_reconstruct": lambda: dict(lower_upper=spd(3), perm=[0, 1, 2]),
    "linalg.lu_solve": lambda: dict(lower_upper=spd(3), perm=[0, 1, 2], rhs=f(3, 2)),
    "linalg.matvec": lambda: dict(a=f(3, 4), b=f(4)),
    "linalg.band_part": lambda: dict(input=f(4, 4), num_lower=1, num_upper=1),
    "linalg.set_diag": lambda: dict(input=f(3, 3), diagonal=f(3)),
    "linalg.solve": lambda: dict(matrix=spd(3), rhs=f(3, 2)),
    "linalg.triangular_solve": lambda: dict(matrix=lower(3), rhs=f(3, 2)),
    "linalg.tridiagonal_matmul": lambda: dict(diagonals=f(3, 4), rhs=f(4, 2)),
    "linalg.tridiagonal_solve": lambda: dict(diagonals=pos(3, 4) + 1.0, rhs=f(4, 2)),
    "linalg.svd": lambda: dict(tensor=f(4, 3)),
    "linalg.qr": lambda: dict(input=f(4, 3)),
    "linalg.tensor_diag_part": lambda: dict(input=f(3, 3)),
    "linalg.experimental.conjugate_gradient": lambda: dict(operator=_operator(), rhs=f(3)),
    "linalg.normalize": lambda: dict(tensor=f(3, 4)),
    # tf.random
    "random.categorical": lambda: dict(logits=f(3, 4), num_samples=2),
    "random.stateless_categorical": lambda: dict(logits=f(3, 4), num_samples=2, seed=(1, 2)),
    "random.gamma": lambda: dict(shape=[4], alpha=pos(3), beta=pos(3)),
    "random.stateless_gamma": lambda: dict(shape=[4, 3], seed=(1, 2), alpha=pos(3), beta=pos(3)),
    "random.normal random.truncated_normal": lambda: dict(shape=[4], mean=f(), stddev=pos()),
    "random.stateless_normal random.stateless_truncated_normal": lambda: dict(
        shape=[4], seed=(1, 2), mean=f(), stddev=pos()
    ),
    "random.uniform": lambda: dict(shape=[4], minval=tf.constant(0.0), maxval=tf.constant(2.0)),
    "random.stateless_uniform": lambda: dict(
        shape=[4], seed=(1, 2), minval=tf.constant(0.0), maxval=tf.constant(2.0)
    ),
    "random.poisson": lambda: dict(shape=[4], lam=pos(3)),
    "random.stateless_poisson": lambda: dict(shape=[4, 3], seed=(1, 2), lam=pos(3)),
    "random.stateless_binomial": lambda: dict(shape=[4], seed=(1, 2), counts=tf.constant(10.0), probs=unit()),
    "random.stateless_parameterized_truncated_normal": lambda: dict(
        shape=[4],
        seed=(1, 2),
        means=tf.constant(0.1),
        stddevs=tf.constant(1.0),
        minvals=tf.constant(-2.0),
        maxvals=tf.constant(2.0),
    ),
    "random.shuffle": lambda: dict(value=f(4, 3)),
    "random.experimental.stateless_shuffle": lambda: dict(value=f(4, 3), seed=(1, 2)),
    # tf.sparse and tf.ragged
    "sparse.add": (lambda: dict(a=sparse(), b=sparse()), lambda: dict(a=sparse(), b=f(3, 4))),
    "sparse.concat": lambda: dict(axis=0, sp_inputs=[sparse(), sparse()]),
    "sparse.bincount": lambda: dict(values=i(4, 6), weights=pos(6)),
    "sparse.expand_dims": lambda: dict(sp_input=sparse(), axis=0),
    "sparse.fill_empty_rows": lambda: dict(
        sp_input=tf.sparse.SparseTensor([[0, 1]], f(1), [3, 4]), default_value=f()
    ),
    "sparse.from_dense": lambda: dict(tensor=f(3, 4)),
    "sparse.map_values": lambda: {"op": tf.abs, "*args": [sparse()]},
    "sparse.mask": lambda: dict(a=tf.IndexedSlices(f(3, 2), tf.constant([0, 1, 2])), mask_indices=tf.constant([1])),
    "sparse.maximum sparse.minimum": lambda: dict(sp_a=sparse(), sp_b=sparse()),
    "sparse.reduce_max sparse.reduce_sum": lambda: dict(sp_input=sparse()),
    "sparse.reorder sparse.softmax sparse.to_dense sparse.transpose": lambda: dict(sp_input=sparse()),
    "sparse.reset_shape": lambda: dict(sp_input=sparse()),
    "sparse.reshape": lambda: dict(sp_input=sparse(), shape=(4, 3)),
    "sparse.retain": lambda: dict(sp_input=sparse(), to_retain=[True, False, True, True]),
    "sparse.sampled_addmm": lambda: dict(
        indices=[[0, 1], [2, 3]], values=f(2), dense_shape=[3, 4], mat1=f(3, 5), mat2=f(5, 4), beta=f(), alpha=f()
    ),
    "sparse.segment_mean sparse.segment_sqrt_n sparse.segment_sum": lambda: dict(
        data=f(5, 3), indices=[0, 2, 4], segment_ids=[0, 0, 1]
    ),
    "sparse.slice": lambda: dict(sp_input=sparse(), start=[0, 0], size=[2, 3]),
    "sparse.sparse_dense_matmul": lambda: dict(sp_a=sparse(), b=f(4, 2)),
    "sparse.split": lambda: dict(sp_input=sparse(), num_split=2, axis=1),
    "ragged.boolean_mask": lambda: dict(data=f(3, 4), mask=b(3, 4)),
    "ragged.stack": lambda: dict(values=[f(3), f(2)]),
    "ragged.stack_dynamic_partitions": lambda: dict(data=f(4), partitions=[0, 1, 0, 1], num_partitions=2),
    "ragged.map_flat_values": lambda: {"op": tf.abs, "*args": [ragged()]},
    "RaggedTensor.from_row_splits": lambda: dict(values=f(5), row_splits=[0, 2, 5]),
    "RaggedTensor.from_row_lengths": lambda: dict(values=f(5), row_lengths=[2, 3]),
    "RaggedTensor.from_row_starts": lambda: dict(values=f(5), row_starts=[0, 2]),
    "RaggedTensor.from_row_limits": lambda: dict(values=f(5), row_limits=[2, 5]),
    "RaggedTensor.from_value_rowids": lambda: dict(values=f(5), value_rowids=[0, 0, 1, 1, 1]),
    "RaggedTensor.from_uniform_row_length": lambda: dict(values=f(6), uniform_row_length=3),
    "RaggedTensor.from_nested_row_splits": lambda: dict(flat_values=f(5), nested_row_splits=[[0, 2], [0, 2, 5]]),
    "RaggedTensor.from_nested_row_lengths": lambda: dict(flat_values=f(5), nested_row_lengths=[[2], [2, 3]]),
    "RaggedTensor.from_nested_value_rowids": lambda: dict(
        flat_values=f(5), nested_value_rowids=[[0, 0], [0, 0, 1, 1, 1]]
    ),
    "RaggedTensor.from_tensor": lambda: dict(tensor=f(3, 4)),
    "RaggedTensor.from_sparse": lambda: dict(
        st_input=tf.sparse.SparseTensor([[0, 0], [0, 1], [1, 0]], f(3), [2, 2])
    ),
    # quantisation
    "quantization.dequantize": lambda: dict(
        input=tf.cast(i(100, 4), tf.quint8), min_range=tf.constant(0.0), max_range=tf.constant(6.0)
    ),
    "quantization.fake_quant_with_min_max_args": lambda: dict(inputs=f(3, 4)),
    "quantization.fake_quant_with_min_max_args_gradient": lambda: dict(gradients=f(3, 4), inputs=f(3, 4)),
    "quantization.fake_quant_with_min_max_vars": lambda: dict(inputs=2.0 * f(8, 8), min=-pos(), max=pos()),
    "quantization.fake_quant_with_min_max_vars_gradient": lambda: dict(
        gradients=f(3, 4), inputs=f(3, 4), min=-pos(), max=pos()
    ),
    "quantization.fake_quant_with_min_max_vars_per_channel": lambda: dict(inputs=2.0 * f(8, 4), min=-pos(4), max=pos(4)),
    "quantization.fake_quant_with_min_max_vars_per_channel_gradient": lambda: dict(
        gradients=f(3, 4), inputs=f(3, 4), min=-pos(4), max=pos(4)
    ),
    "quantization.quantize": lambda: dict(
        input=f(3, 4), min_range=tf.constant(-2.0), max_range=tf.constant(2.0), T=tf.quint8
    ),
    "quantization.quantize_and_dequantize": lambda: dict(
        input=f(3, 4), input_min=tf.constant(-2.0), input_max=tf.constant(2.0), range_given=True
    ),
    "quantization.quantize_and_dequantize_v2": lambda: dict(
        input=f(3, 4), input_min=tf.constant(-2.0), input_max=tf.constant(2.0), range_given=True
    ),
    "audio.encode_wav": lambda: dict(audio=unit(8, 1), sample_rate=8000),
}

_LOSS = lambda: dict(labels=unit(3, 4), predictions=f(3, 4), weights=tf.constant(0.5))  # noqa: E731

COMPAT = {
    "arg_max arg_min": lambda: dict(input=f(3, 4), dimension=0),
    "batch_to_space_nd": lambda: dict(input=f(4, 2, 2, 1), block_shape=[2, 2], crops=[[0, 0], [0, 0]]),
    "expand_dims": lambda: dict(input=f(3, 4), axis=0),
    "quantize_v2": lambda: dict(input=f(3, 4), min_range=tf.constant(-2.0), max_range=tf.constant(2.0), T=tf.quint8),
    "losses.absolute_difference losses.huber_loss losses.mean_squared_error losses.mean_pairwise_squared_error": _LOSS,
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
        labels=i(3, 2, 3) + 1, logits=f(6, 2, 5), label_length=tf.constant([3, 2]), logit_length=tf.constant([6, 6])
    ),
    "nn.ctc_beam_search_decoder": lambda: dict(inputs=f(6, 2, 5), sequence_length=[6, 6]),
    "nn.softmax_cross_entropy_with_logits nn.softmax_cross_entropy_with_logits_v2": lambda: dict(
        labels=prob(3, 4), logits=f(3, 4)
    ),
    "nn.sparse_softmax_cross_entropy_with_logits": lambda: dict(labels=i(4, 3), logits=f(3, 4)),
    "nn.sigmoid_cross_entropy_with_logits": lambda: dict(labels=unit(3, 4), logits=f(3, 4)),
    "nn.weighted_cross_entropy_with_logits": lambda: dict(labels=unit(3, 4), logits=f(3, 4), pos_weight=pos(4)),
    "nn.conv1d": lambda: dict(value=f(2, 8, 3), filters=f(3, 3, 4), stride=1, padding="SAME"),
    "nn.conv2d": lambda: dict(input=f(2, 8, 8, 3), filter=f(3, 3, 3, 4), strides=[1, 1, 1, 1], padding="SAME"),
    "nn.conv2d_backprop_filter": lambda: dict(
        input=f(2, 8, 8, 3), filter_sizes=[3, 3, 3, 4], out_backprop=f(2, 8, 8, 4), strides=[1, 1, 1, 1], padding="SAME"
    ),
    "nn.conv2d_backprop_input": lambda: dict(
        input_sizes=[2, 8, 8, 3], filter=f(3, 3, 3, 4), out_backprop=f(2, 8, 8, 4), strides=[1, 1, 1, 1], padding="SAME"
    ),
    "nn.conv2d_transpose": lambda: dict(
        value=f(2, 8, 8, 3), filter=f(3, 3, 4, 3), output_shape=(2, 8, 8, 4), strides=[1, 1, 1, 1], padding="SAME"
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
        input=f(2, 8, 8, 3), filter_sizes=[3, 3, 3, 2], out_backprop=f(2, 8, 8, 6), strides=[1, 1, 1, 1], padding="SAME"
    ),
    "nn.depthwise_conv2d_native_backprop_input": lambda: dict(
        input_sizes=[2, 8, 8, 3], filter=f(3, 3, 3, 2), out_backprop=f(2, 8, 8, 6), strides=[1, 1, 1, 1], padding="SAME"
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
    "nn.embedding_lookup_sparse": lambda: dict(params=f(6, 3), sp_ids=tf.sparse.from_dense([[1, 2], [3, 4]]), sp_weights=None),
    "nn.safe_embedding_lookup_sparse": lambda: dict(
        embedding_weights=f(6, 3), sparse_ids=tf.sparse.from_dense(tf.constant([[1, 2], [3, 4]], tf.int64))
    ),
    "nn.moments": lambda: dict(x=f(4, 3), axes=[0]),
    "nn.sufficient_statistics": lambda: dict(x=f(4, 3), axes=[0], shift=tf.constant(0.5)),
    "nn.weighted_moments": lambda: dict(x=f(4, 3), axes=[0], frequency_weights=pos(4, 3)),
    "nn.nce_loss nn.sampled_softmax_loss": lambda: dict(
        weights=f(8, 3), biases=f(8), labels=tf.cast(i(8, 4, 1), tf.int64), inputs=f(4, 3), num_sampled=4, num_classes=8
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
        features=tf.cast(i(9, 4), tf.quint8), max_value=tf.constant(6.0), min_features=f(), max_features=pos() + 3.0
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
    "confusion_matrix math.confusion_matrix": lambda: dict(labels=i(3, 5), predictions=i(3, 5), weights=pos(5)),
    "bincount math.bincount": lambda: dict(arr=i(4, 6), weights=pos(6)),
    "math.in_top_k": lambda: dict(predictions=f(3, 4), targets=i(4, 3), k=2),
    "clip_by_average_norm": lambda: dict(t=f(3, 4), clip_norm=tf.constant(0.1)),
    "map_fn": lambda: dict(fn=lambda x: x * 2.0, elems=f(3, 4)),
    "foldl foldr": lambda: dict(fn=lambda a, x: a + x, elems=f(3, 4), initializer=f(4)),
    "scan": lambda: dict(fn=lambda a, x: a * x, elems=f(3, 4), initializer=f(4)),
    "while_loop": lambda: dict(cond=lambda x: tf.reduce_sum(tf.abs(x)) < 50.0, body=lambda x: (x * 2.0,), loop_vars=(f(3),)),
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
    "sparse_merge": lambda: dict(sp_ids=tf.sparse.from_dense([[1, 2]]), sp_values=tf.sparse.from_dense(pos(1, 2)), vocab_size=4),
    "sparse_reduce_max sparse_reduce_max_sparse sparse_reduce_sum sparse_reduce_sum_sparse": lambda: dict(
        sp_input=sparse()
    ),
    "sparse_segment_mean sparse_segment_sqrt_n sparse_segment_sum": lambda: dict(
        data=f(5, 3), indices=[0, 2, 4], segment_ids=[0, 0, 1]
    ),
    "sparse_split": lambda: dict(sp_input=sparse(), num_split=2, axis=1),
    "sparse_to_dense": lambda: dict(sparse_indices=[[0], [2]], output_shape=[4], sparse_values=f(2), default_value=f()),
    "to_bfloat16 to_complex128 to_complex64 to_double to_float to_int32 to_int64": lambda: dict(x=f(3, 4)),
    "tuple": lambda: dict(tensors=[f(3), f(4)]),
    "batch_matmul": lambda: dict(a=f(3, 4), b=f(4, 2)),
    "image.crop_and_resize": lambda: dict(
        image=unit(2, 8, 8, 3),
        boxes=tf.constant([[0.1, 0.2, 0.8, 0.9], [0.0, 0.1, 0.7, 0.6]]),
        box_ind=tf.constant([0, 1]),
        crop_size=[4, 4],
    ),
    "image.draw_bounding_boxes": lambda: dict(images=unit(1, 8, 8, 3), boxes=tf.constant([[[0.1, 0.1, 0.8, 0.8]]])),
    "image.extract_glimpse": lambda: dict(input=unit(2, 8, 8, 3), size=[4, 4], offsets=unit(2, 2)),
    "image.extract_image_patches extract_image_patches": lambda: dict(
        images=unit(2, 8, 8, 3), ksizes=[1, 2, 2, 1], strides=[1, 2, 2, 1], rates=[1, 1, 1, 1], padding="SAME"
    ),
    "image.resize_area image.resize_bicubic image.resize_bilinear image.resize_nearest_neighbor": lambda: dict(
        images=unit(2, 6, 6, 3), size=(4, 4)
    ),
    "image.resize image.resize_images": lambda: dict(images=unit(2, 6, 6, 3), size=(4, 4)),
    "image.resize_image_with_pad": lambda: dict(image=unit(6, 6, 3), target_height=4, target_width=5),
    "image.resize_image_with_crop_or_pad": lambda: dict(image=unit(6, 6, 3), target_height=4, target_width=4),
    "image.sample_distorted_bounding_box": lambda: dict(
        image_size=[8, 8, 3], bounding_boxes=tf.constant([[[0.1, 0.1, 0.9, 0.9]]])
    ),
    "debugging.assert_near assert_near": lambda: dict(x=tf.ones(3), y=tf.ones(3)),
    "debugging.assert_equal assert_equal debugging.assert_greater_equal debugging.assert_less_equal": lambda: dict(
        x=tf.ones(3), y=tf.ones(3)
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

