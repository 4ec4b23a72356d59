"""Arguments for ``tf.random``, ``tf.sparse``, ``tf.ragged`` and ``tf.quantization``."""

from __future__ import annotations

import tensorflow as tf

from tools.measure.inputs import (
    Table,
    b,
    f,
    i,
    pos,
    ragged,
    sparse,
    unit,
)

RECIPES: Table = {
    "ragged_fill_empty_rows": lambda: dict(
        value_rowids=tf.constant([0, 2], tf.int64),
        values=f(2),
        nrows=tf.constant(3, tf.int64),
        default_value=f(),
    ),
    "ragged_fill_empty_rows_grad": lambda: {"*": [tf.constant([0, 2], tf.int64), f(3)]},
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
    "sparse.mask": lambda: dict(
        a=tf.IndexedSlices(f(3, 2), tf.constant([0, 1, 2])), mask_indices=tf.constant([1])
    ),
    "sparse.maximum sparse.minimum": lambda: dict(sp_a=sparse(), sp_b=sparse()),
    "sparse.reduce_max sparse.reduce_sum": lambda: dict(sp_input=sparse()),
    "sparse.reorder sparse.softmax sparse.to_dense sparse.transpose": lambda: dict(sp_input=sparse()),
    "sparse.reset_shape": lambda: dict(sp_input=sparse()),
    "sparse.reshape": lambda: dict(sp_input=sparse(), shape=(4, 3)),
    "sparse.retain": lambda: dict(sp_input=sparse(), to_retain=[True, False, True, True]),
    "sparse.sampled_addmm": lambda: dict(
        indices=[[0, 1], [2, 3]],
        values=f(2),
        dense_shape=[3, 4],
        mat1=f(3, 5),
        mat2=f(5, 4),
        beta=f(),
        alpha=f(),
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
    "RaggedTensor.from_nested_row_splits": lambda: dict(
        flat_values=f(5), nested_row_splits=[[0, 2], [0, 2, 5]]
    ),
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
    "quantization.fake_quant_with_min_max_vars_per_channel": lambda: dict(
        inputs=2.0 * f(8, 4), min=-pos(4), max=pos(4)
    ),
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
