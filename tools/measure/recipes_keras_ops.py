"""Arguments for what only ``keras.ops`` has."""

from __future__ import annotations

import tensorflow as tf

from tools.measure.inputs import (
    Table,
    c,
    f,
    i,
    lower,
    pos,
    prob,
    spd,
    sym,
    unit,
)

RECIPES: Table = {
    "adaptive_average_pool adaptive_max_pool": lambda: dict(
        inputs=f(2, 8, 8, 3), output_size=4, data_format="channels_last"
    ),
    "argpartition": lambda: dict(x=f(5), kth=2),
    "array_split": lambda: dict(x=f(5), indices_or_sections=2),
    "associative_scan": lambda: dict(f=lambda a, d: a + d, elems=f(4, 3)),
    "average_pool max_pool": lambda: dict(inputs=f(2, 8, 8, 3), pool_size=2),
    "batch_normalization": lambda: dict(
        x=f(4, 3), mean=f(3), variance=pos(3), axis=-1, offset=f(3), scale=f(3)
    ),
    "binary_crossentropy": lambda: dict(target=unit(3, 4), output=unit(3, 4)),
    "categorical_crossentropy": lambda: dict(target=prob(3, 4), output=prob(3, 4)),
    "sparse_categorical_crossentropy": lambda: dict(target=i(4, 3), output=prob(3, 4)),
    "bincount": lambda: dict(x=i(4, 6), weights=pos(6)),
    "cast saturate_cast": lambda: dict(x=f(3, 4), dtype="float64"),
    "cdist": lambda: {"*": [f(3, 4), f(2, 4)]},
    "cholesky": lambda: dict(x=spd(3)),
    "cholesky_inverse": lambda: dict(x=lower(3)),
    "conv": lambda: dict(inputs=f(2, 8, 8, 3), kernel=f(3, 3, 3, 4)),
    "conv_transpose": lambda: dict(inputs=f(2, 8, 8, 3), kernel=f(3, 3, 4, 3), strides=1),
    "depthwise_conv": lambda: dict(inputs=f(2, 8, 8, 3), kernel=f(3, 3, 3, 2)),
    "separable_conv": lambda: dict(
        inputs=f(2, 8, 8, 3), depthwise_kernel=f(3, 3, 3, 2), pointwise_kernel=f(1, 1, 6, 4)
    ),
    "convert_to_tensor convert_to_numpy": lambda: dict(x=f(3, 4)),
    "corrcoef": lambda: dict(x=f(3, 5)),
    "ctc_decode": lambda: dict(inputs=f(2, 6, 5), sequence_lengths=tf.constant([6, 6])),
    "ctc_loss": lambda: dict(
        target=i(3, 2, 3) + 1,
        output=f(2, 6, 5),
        target_length=tf.constant([3, 2]),
        output_length=tf.constant([6, 6]),
    ),
    "depth_to_space": lambda: {"*": [f(2, 4, 4, 8), 2]},
    "space_to_depth": lambda: {"*": [f(2, 4, 4, 2), 2]},
    "dot_product_attention": lambda: dict(query=f(2, 4, 2, 8), key=f(2, 4, 2, 8), value=f(2, 4, 2, 8)),
    "eig": lambda: dict(x=spd(3)),
    "eigh": lambda: dict(x=sym(3)),
    "extract_sequences": lambda: dict(x=f(2, 16), sequence_length=4, sequence_stride=2),
    "fft": lambda: dict(x=(f(2, 8), f(2, 8))),
    "fft2 ifft2": lambda: dict(x=(f(2, 4, 4), f(2, 4, 4))),
    "fold": lambda: dict(x=f(1, 4, 9), output_size=(4, 4), kernel_size=2),
    "unfold": lambda: dict(x=f(1, 1, 4, 4), kernel_size=2),
    "fori_loop": lambda: dict(lower=0, upper=3, body_fun=lambda _, value: value * 2.0, init_val=f(3)),
    "get_item": lambda: dict(x=f(3, 4), key=1),
    "glu": lambda: dict(x=f(3, 4)),
    "histogram": lambda: dict(x=f(8), bins=4),
    "in_top_k": lambda: dict(targets=i(4, 3), predictions=f(3, 4), k=2),
    "inv": lambda: dict(x=spd(3)),
    "irfft": lambda: dict(x=(f(2, 5), f(2, 5))),
    "rfft": lambda: dict(x=f(2, 8)),
    "stft": lambda: dict(x=f(2, 32), sequence_length=8, sequence_stride=4, fft_length=8),
    "istft": lambda: dict(x=(f(2, 6, 5), f(2, 6, 5)), sequence_length=8, sequence_stride=4, fft_length=8),
    "jvp": lambda: dict(fun=lambda x: x * x, primals=(f(3),), tangents=(f(3),)),
    "layer_normalization rms_normalization": lambda: dict(x=f(3, 4)),
    "lstsq": lambda: dict(a=f(4, 3), b=f(4, 2)),
    "lu_factor": lambda: dict(x=spd(3)),
    "map": lambda: dict(f=lambda x: x * 2.0, xs=f(3, 4)),
    "vectorized_map": lambda: dict(function=lambda x: x * 2.0, elements=f(3, 4)),
    "scan": lambda: dict(f=lambda carry, x: (carry + x, carry * x), init=f(4), xs=f(3, 4)),
    "while_loop": lambda: dict(
        cond=lambda x: tf.reduce_sum(tf.abs(x)) < 50.0, body=lambda x: (x * 2.0,), loop_vars=(f(3),)
    ),
    "switch": lambda: {"*": [tf.constant(0), [lambda x: x * 2.0, lambda x: x], f(3)]},
    "moments": lambda: dict(x=f(4, 3), axes=[0]),
    "norm normalize": lambda: dict(x=f(3, 4)),
    "polar": lambda: dict(abs_=pos(3), angle=f(3)),
    "psnr": lambda: dict(x1=unit(2, 4, 4, 3), x2=unit(2, 4, 4, 3), max_val=1.0),
    "qr svd pinv": lambda: dict(x=f(4, 3)),
    "det logdet slogdet": lambda: dict(x=spd(3)),
    "rearrange": lambda: dict(tensor=f(3, 4), pattern="a b -> b a"),
    "scatter": lambda: dict(indices=[[0], [2]], values=f(2, 3), shape=(4, 3)),
    "scatter_update": lambda: dict(inputs=f(5, 3), indices=[[0], [2]], updates=f(2, 3)),
    "segment_max segment_min segment_prod segment_sum": lambda: dict(
        data=f(4, 3), segment_ids=tf.constant([0, 0, 1, 2]), num_segments=3
    ),
    "slice": lambda: dict(inputs=f(3, 4), start_indices=[0, 1], shape=[2, 2]),
    "slice_update": lambda: dict(inputs=f(3, 4), start_indices=[0, 1], updates=f(2, 2)),
    "solve": lambda: dict(a=spd(3), b=f(3, 2)),
    "solve_triangular": lambda: dict(a=lower(3), b=f(3, 2), lower=True),
    "squeeze": lambda: dict(x=f(3, 1, 4)),
    "threshold": lambda: dict(x=f(3, 4), threshold=0.1, default_value=0.0),
    "top_k": lambda: dict(x=f(3, 4), k=2),
    "unstack": lambda: dict(x=f(3, 4)),
    "view": lambda: dict(x=f(3, 4), dtype="int32"),
    "view_as_complex": lambda: dict(x=f(3, 2)),
    "view_as_real": lambda: dict(x=c(3)),
    "nan_to_num": lambda: dict(x=f(3, 4)),
    "softmax log_softmax sparsemax": lambda: dict(x=f(3, 4)),
    # images
    "image.affine_transform": lambda: dict(
        images=unit(2, 6, 6, 3), transform=tf.constant([[1.0, 0.1, 0.0, 0.1, 1.0, 0.0, 0.0, 0.0]] * 2)
    ),
    "image.crop_images": lambda: dict(
        images=unit(2, 6, 6, 3), top_cropping=1, left_cropping=1, target_height=4, target_width=4
    ),
    "image.pad_images": lambda: dict(
        images=unit(2, 4, 4, 3), top_padding=1, left_padding=1, target_height=6, target_width=6
    ),
    "image.elastic_transform image.hsv_to_rgb image.rgb_to_hsv image.rgb_to_grayscale image.sobel_edges": lambda: (
        dict(images=unit(2, 6, 6, 3))
    ),
    "image.euclidean_dist_transform": lambda: dict(images=unit(2, 6, 6, 1)),
    "image.extract_patches": lambda: dict(images=unit(2, 6, 6, 3), size=(2, 2)),
    "image.extract_patches_3d": lambda: dict(volumes=unit(2, 4, 4, 4, 3), size=(2, 2, 2)),
    "image.ssim image.psnr": lambda: {"*": [unit(2, 16, 16, 3), unit(2, 16, 16, 3), 1.0]},
    "image.gaussian_blur": lambda: dict(images=unit(2, 6, 6, 3)),
    "image.map_coordinates": lambda: dict(inputs=unit(4, 4), coordinates=unit(2, 3) * 2.0, order=1),
    "image.perspective_transform": lambda: dict(
        images=unit(1, 4, 4, 1),
        start_points=tf.constant([[[0.0, 0.0], [0.0, 3.0], [3.0, 0.0], [3.0, 3.0]]]),
        end_points=tf.constant([[[0.1, 0.1], [0.2, 2.8], [2.9, 0.1], [2.7, 2.9]]]),
    ),
    "image.resize": lambda: dict(images=unit(2, 6, 6, 3), size=(4, 4)),
    "image.scale_and_translate": lambda: dict(
        images=unit(2, 6, 6, 3),
        output_shape=(2, 4, 4, 3),
        scale=tf.constant([0.7, 0.7]),
        translation=tf.constant([0.1, 0.1]),
        spatial_dims=(1, 2),
        method="linear",
    ),
}
