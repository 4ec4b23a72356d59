"""Callables that are not called, each with its reason: none of them takes a float tensor."""

from __future__ import annotations

import re

_REASONS: tuple[tuple[str, str], ...] = (
    (
        (
            r"\.(set_(?!diag)|get_(?!item|value)|disable_|enable_|experimental_enable|reset_(?!shape)|clear_|load_|init_scope"
            r"|initialize_|register_|save_|import_|write_|read_|plot_|model_to|make_|executing_|inside_|global_variables"
            r"|local_variables|trainable_variables|moving_average_variables|model_variables|all_variables|tables_"
            r"|variables_init|is_interactive|delete_session|add_to_coll|assert_variables_init|report_uninit"
            r"|is_variable_init|create_partitioned|variable_axis_size|fixed_size_part|min_max_variable|name_scope|op_scope"
            r"|variable_op_scope|variable_creator|colocate_with|control_dependencies|device|container|no_op|no_gradient"
            r"|no_regularizer|batch_set_value|group|check_pinned|as_dtype|type_spec|issubdtype|promote_types|result_type"
            r"|standardize_dtype|is_float_dtype|is_int_dtype|dimension_at_index|dimension_value|count_up_to|count_params"
            r"|assert_global_step|create_global_step|add_loss|guarantee_const|manual_variable|learning_phase)"
        ),
        "about settings, variables, types or the graph",
    ),
    (r"(_from_directory|\.(deserialize|serialize|get|deserialize_keras_object|serialize_keras_object))$", "about files or names"),
    (r"\.(io|strings)\.(?!serialize_tensor|serialize_sparse|as_string|encode_proto)|\.strings\.(?!as_string)|\.io\.encode_proto", "works on strings or bytes"),
    (
        (
            r"\.(substr|string_\w+|reduce_join|decode_\w+|encode_base64|encode_proto|parse_\w+|extract_jpeg_shape|is_jpeg"
            r"|matching_files|deserialize_many_sparse|serialize_many_sparse|regex_replace)$"
        ),
        "works on strings or bytes",
    ),
    (
        (
            r"\.(bitwise_\w+|bitwise\.\w+|gcd|lcm|left_shift|right_shift|invert_permutation|unravel_index|sets\.\w+"
            r"|assert_integer|index_shuffle|random_index_shuffle|edit_distance|broadcast_dynamic_shape|setdiff1d"
            r"|broadcast_static_shape|required_space_to_batch_paddings|collapse_repeated|ctc_unique_labels"
            r"|ctc_label_dense_to_sparse|\w*candidate_sampler|compute_accidental_hits|row_splits_to_segment_ids"
            r"|segment_ids_to_row_splits|to_indicator|ragged\.cross\w*|sparse\.cross\w*|random\.randint|fold_in"
            r"|create_rng_state|random\.split|sequence_mask|to_categorical|to_ordinal|multi_hot|ragged\.range)$"
        ),
        "works on integers",
    ),
    (r"\.(logical_(and|or|xor))$", "works on bools"),
    (
        (
            r"\.(eye|identity_matrix|tri|ones|zeros|empty|hamming_window|hann_window|vorbis_window|kaiser|bartlett|blackman"
            r"|hamming|hanning|sobol_sample|random_(normal|uniform)_variable|random\.(rand|randn|random|standard_normal)"
            r"|random_bernoulli|diag_indices|ix_|random\.seed|kaiser_bessel_derived_window|placeholder|sparse_placeholder"
            r"|placeholder_with_default|warmstart_embedding_matrix)$"
        ),
        "makes tensors from shapes and integers",
    ),
    (r"(keras\.ops|experimental\.numpy)\.identity$|keras\.\w+\.one_hot$", "makes tensors from shapes and integers"),
    (
        (
            r"\.(cond|case|switch_case|function|custom_gradient|recompute_grad|grad_pass_through|wrap_function|vectorize"
            r"|nondifferentiable_batch_function|inverse_stft_window_fn)$"
        ),
        "takes functions, not tensors",
    ),
    (r"\.(gradients|hessians)$", "takes the graph's tensors, not values; raises where operations run at once"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), reason) for pattern, reason in _REASONS)


def reason_to_skip(names: tuple[str, ...]) -> str | None:
    """Why the callable of these names is not called, or None."""
    return next((reason for pattern, reason in _COMPILED for name in names if pattern.search(name)), None)
