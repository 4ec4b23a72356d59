"""Arguments for ``tf.image``."""

from __future__ import annotations

import tensorflow as tf

from tools.measure.inputs import (
    Recipe,
    Table,
    unit,
)


def _resize(method: str) -> Recipe:
    return lambda: dict(images=unit(2, 6, 6, 3), size=(4, 4), method=method)


RECIPES: Table = {
    "image.adjust_brightness": lambda: dict(image=unit(6, 6, 3), delta=tf.constant(0.2)),
    "image.adjust_contrast": lambda: dict(images=unit(6, 6, 3), contrast_factor=tf.constant(1.3)),
    "image.adjust_gamma": lambda: dict(image=unit(6, 6, 3), gamma=tf.constant(1.3), gain=tf.constant(1.1)),
    "image.adjust_hue": lambda: dict(image=unit(6, 6, 3), delta=tf.constant(0.2)),
    "image.adjust_saturation": lambda: dict(image=unit(6, 6, 3), saturation_factor=tf.constant(1.3)),
    "image.adjust_jpeg_quality": lambda: dict(image=unit(8, 8, 3), jpeg_quality=75),
    "image.random_jpeg_quality": lambda: dict(image=unit(8, 8, 3), min_jpeg_quality=70, max_jpeg_quality=90),
    "image.stateless_random_jpeg_quality": lambda: dict(
        image=unit(8, 8, 3), min_jpeg_quality=70, max_jpeg_quality=90, seed=(1, 2)
    ),
    "image.central_crop": lambda: dict(image=unit(8, 8, 3), central_fraction=0.5),
    "image.combined_non_max_suppression": lambda: dict(
        boxes=unit(1, 5, 1, 4), scores=unit(1, 5, 2), max_output_size_per_class=2, max_total_size=3
    ),
    "image.convert_image_dtype": lambda: dict(image=unit(6, 6, 3), dtype=tf.float64),
    "image.crop_and_resize": lambda: dict(
        image=unit(2, 8, 8, 3),
        boxes=tf.constant([[0.1, 0.2, 0.8, 0.9], [0.0, 0.1, 0.7, 0.6]]),
        box_indices=tf.constant([0, 1]),
        crop_size=[4, 4],
    ),
    "image.crop_to_bounding_box": lambda: dict(
        image=unit(8, 8, 3), offset_height=1, offset_width=1, target_height=4, target_width=4
    ),
    "image.pad_to_bounding_box": lambda: dict(
        image=unit(4, 4, 3), offset_height=1, offset_width=1, target_height=8, target_width=8
    ),
    "image.draw_bounding_boxes": lambda: dict(
        images=unit(1, 8, 8, 3), boxes=tf.constant([[[0.1, 0.1, 0.8, 0.8]]]), colors=unit(1, 3)
    ),
    "image.extract_glimpse": lambda: dict(input=unit(2, 8, 8, 3), size=[4, 4], offsets=unit(2, 2)),
    "image.extract_patches": lambda: dict(
        images=unit(2, 8, 8, 3), sizes=[1, 2, 2, 1], strides=[1, 2, 2, 1], rates=[1, 1, 1, 1], padding="SAME"
    ),
    "extract_volume_patches": lambda: dict(
        input=unit(2, 4, 4, 4, 3), ksizes=[1, 2, 2, 2, 1], strides=[1, 2, 2, 2, 1], padding="SAME"
    ),
    "image.generate_bounding_box_proposals": lambda: dict(
        scores=unit(1, 4, 4, 2),
        bbox_deltas=unit(1, 4, 4, 8),
        image_info=tf.constant([[32.0, 32.0, 1.0, 32.0, 32.0]]),
        anchors=unit(4, 4, 8),
        pre_nms_topn=10,
        post_nms_topn=4,
    ),
    "image.grayscale_to_rgb": lambda: dict(images=unit(6, 6, 1)),
    "image.image_gradients": lambda: dict(image=unit(2, 6, 6, 3)),
    "image.non_max_suppression image.non_max_suppression_with_scores image.non_max_suppression_padded": lambda: (
        dict(boxes=unit(5, 4), scores=unit(5), max_output_size=3)
    ),
    "image.non_max_suppression_overlaps": lambda: dict(
        overlaps=unit(5, 5), scores=unit(5), max_output_size=3
    ),
    "image.psnr": lambda: dict(a=unit(2, 16, 16, 3), b=unit(2, 16, 16, 3), max_val=1.0),
    "image.ssim": lambda: dict(img1=unit(2, 16, 16, 3), img2=unit(2, 16, 16, 3), max_val=1.0),
    "image.ssim_multiscale": lambda: dict(
        img1=unit(1, 192, 192, 1) * 0.1 + 0.4, img2=unit(1, 192, 192, 1) * 0.1 + 0.45, max_val=1.0
    ),
    "image.random_brightness image.random_hue": lambda: dict(image=unit(6, 6, 3), max_delta=0.2),
    "image.random_contrast": lambda: dict(image=unit(6, 6, 3), lower=0.5, upper=1.5),
    "image.random_saturation": lambda: dict(image=unit(6, 6, 3), lower=0.5, upper=1.5),
    "image.random_crop": lambda: dict(value=unit(8, 8, 3), size=(4, 4, 3)),
    "image.random_flip_left_right image.random_flip_up_down": lambda: dict(image=unit(6, 6, 3)),
    "image.stateless_random_brightness image.stateless_random_hue": lambda: dict(
        image=unit(6, 6, 3), max_delta=0.2, seed=(1, 2)
    ),
    "image.stateless_random_contrast image.stateless_random_saturation": lambda: dict(
        image=unit(6, 6, 3), lower=0.5, upper=1.5, seed=(1, 2)
    ),
    "image.stateless_random_crop": lambda: dict(value=unit(8, 8, 3), size=(4, 4, 3), seed=(1, 2)),
    "image.stateless_random_flip_left_right image.stateless_random_flip_up_down": lambda: dict(
        image=unit(6, 6, 3), seed=(1, 2)
    ),
    "image.resize": tuple(map(_resize, ("bilinear", "nearest", "bicubic", "area", "lanczos3"))),
    "image.resize_with_crop_or_pad": lambda: dict(image=unit(6, 6, 3), target_height=4, target_width=4),
    "image.resize_with_pad": lambda: dict(image=unit(6, 6, 3), target_height=4, target_width=5),
    "image.rgb_to_grayscale image.rgb_to_yiq image.rgb_to_yuv image.yiq_to_rgb image.yuv_to_rgb": lambda: (
        dict(images=unit(2, 6, 6, 3))
    ),
    "image.rgb_to_hsv image.hsv_to_rgb": lambda: dict(images=unit(2, 6, 6, 3)),
    "image.sample_distorted_bounding_box": lambda: dict(
        image_size=[8, 8, 3], bounding_boxes=tf.constant([[[0.1, 0.1, 0.9, 0.9]]]), min_object_covered=0.1
    ),
    "image.stateless_sample_distorted_bounding_box": lambda: dict(
        image_size=[8, 8, 3],
        bounding_boxes=tf.constant([[[0.1, 0.1, 0.9, 0.9]]]),
        seed=(1, 2),
        min_object_covered=0.1,
    ),
}
