"""Arguments for ``tf.*``, ``tf.math`` and ``tf.linalg``."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tools.measure.inputs import (
    Table,
    b,
    big,
    f,
    hot,
    i,
    lower,
    pos,
    sparse,
    spd,
    sym,
    unit,
)

_SEGMENTS = [0, 0, 1, 2]
_UNORDERED = [2, 0, 1, 0]


def _operator() -> Any:
    return tf.linalg.LinearOperatorFullMatrix(spd(3), is_self_adjoint=True, is_positive_definite=True)


RECIPES: Table = {
    "truncatemod": lambda: dict(x=f(3, 4), y=pos(3, 4)),
    "io.serialize_sparse": lambda: dict(sp_input=sparse()),
    "io.serialize_tensor": lambda: dict(tensor=f(3, 4)),
    # shape and selection
    "batch_to_space": lambda: dict(input=f(4, 2, 2, 1), block_shape=[2, 2], crops=[[0, 0], [0, 0]]),
    "space_to_batch space_to_batch_nd": lambda: dict(
        input=f(1, 4, 4, 1), block_shape=[2, 2], paddings=[[0, 0], [0, 0]]
    ),
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
    "histogram_fixed_width histogram_fixed_width_bins": lambda: dict(
        values=f(8), value_range=tf.constant([-2.0, 2.0])
    ),
    "fingerprint": lambda: dict(data=f(3, 4)),
    "tensordot": lambda: dict(a=f(3, 4), b=f(4, 2), axes=1),
    "einsum": lambda: {"equation": "ij,jk->ik", "*inputs": [f(3, 4), f(4, 2)]},
    "matmul": lambda: dict(a=f(3, 4), b=f(4, 2)),
    "scalar_mul math.scalar_mul": lambda: dict(scalar=f(), x=f(3, 4)),
    "clip_by_global_norm": lambda: dict(t_list=[f(3), f(4)], clip_norm=tf.constant(1.0)),
    "clip_by_norm": lambda: dict(t=f(3, 4), clip_norm=tf.constant(1.0)),
    "clip_by_value": lambda: dict(
        t=f(3, 4), clip_value_min=tf.constant(-0.5), clip_value_max=tf.constant(0.5)
    ),
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
    "while_loop": lambda: dict(
        cond=lambda x: tf.reduce_sum(tf.abs(x)) < 50.0, body=lambda x: (x * 2.0,), loop_vars=(f(3),)
    ),
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
}
