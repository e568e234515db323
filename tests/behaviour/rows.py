"""Which tests hold which row of the contract with users of the official SDK: section by section, row by row.

`test_rows.py` sees to it that each row names tests that exist, and that each test of this folder is named by a row.
"""

from __future__ import annotations

ROWS: dict[str, dict[str, str]] = {
    "signatures": {
        "functions, methods and their defaults": """
            test_functions_have_the_sdks_signatures test_methods_have_their_signatures
            test_an_entered_runs_own_log_calls_have_the_same_signatures test_arguments_may_be_given_by_position""",
        "SortByType and SortOrderType": "test_sort_types_have_the_sdks_members_and_values",
        "attributes that users read": "test_a_run_has_the_attributes_that_users_read",
        "_trial_component is a read-only view": """
            test_trial_component_is_a_view_of_the_run test_trial_component_can_only_be_read""",
        "artifact_bucket, artifact_prefix, extra_args": """
            test_options_of_the_sagemaker_store_are_taken_and_change_nothing""",
        "Assay's own options are keyword-only": "test_assays_own_options_are_keyword_only",
        "assay.experiments migrates a script": """
            test_the_sdks_modules_hold_the_same_things test_a_script_is_migrated_by_its_import_alone
            test_all_names_of_the_face_are_there""",
        "Experiment": """
            test_an_experiment_is_created_loaded_saved_and_deleted
            test_an_experiment_that_exists_is_not_created_again_nor_deleted_with_its_runs
            test_an_experiment_that_is_not_there_is_not_found_and_the_nearest_named
            test_an_experiment_lists_its_run_group""",
        "ASSAY_STORE is read at each call, a missing folder is made": """
            test_assay_store_is_read_at_each_call test_a_missing_store_folder_is_made
            test_a_store_that_was_deleted_is_made_anew""",
    },
    "names": {
        "lower case, shown as typed": """
            test_names_are_lower_cased_and_shown_as_typed test_a_display_name_that_is_given_is_shown""",
        "at most 59 characters": """
            test_a_name_of_sixty_characters_is_refused_in_the_sdks_words
            test_of_two_names_that_are_too_long_the_runs_is_told""",
        "form": """
            test_well_formed_names_are_taken test_a_malformed_name_is_refused_with_the_rule_and_creates_nothing
            test_a_name_that_is_no_str_is_a_type_error""",
        "the pair is the identity": "test_two_pairs_that_join_alike_are_two_runs",
        "generated names": "test_a_generated_name_tells_the_time_in_utc test_generated_names_differ",
        "what exists is opened, if_exists, attempts": """
            test_an_existing_run_is_opened_again_and_keeps_what_it_was_made_with test_if_exists_open_is_the_default
            test_if_exists_new_takes_the_next_free_name test_if_exists_new_keeps_to_the_length_of_names
            test_if_exists_error_is_a_value_error_that_says_what_to_do test_if_exists_of_another_kind_is_refused
            test_each_with_block_is_an_attempt test_the_host_of_an_attempt_is_this_machine""",
        "tags": """
            test_tags_are_a_dict_or_a_list_and_are_left_as_they_are test_tags_up_to_their_limits_are_taken
            test_tags_beyond_their_limits_or_form_are_refused_and_create_nothing""",
        "run group": "test_the_run_group_is_named_after_the_experiment",
    },
    "context": {
        "log calls outside the block": """
            test_log_calls_outside_the_block_raise_and_change_nothing test_log_calls_inside_the_block_are_taken
            test_a_log_call_kept_from_inside_raises_outside test_the_check_is_for_each_object
            test_close_and_experiment_config_need_no_block""",
        "nested blocks": """
            test_a_run_in_a_run_raises test_a_run_in_a_loaded_run_raises test_a_loaded_run_in_a_loaded_run_raises
            test_the_constructor_alone_creates_the_run""",
        "each thread its own": """
            test_each_thread_may_have_its_own_run test_a_thread_without_a_run_takes_the_processs_only_one
            test_a_run_that_is_open_in_two_threads_ends_with_the_last""",
        "load_run() in a block is the same object": """
            test_load_run_gives_the_same_object_and_leaving_it_changes_nothing
            test_an_error_inside_an_inner_block_that_was_caught_is_the_outer_blocks_to_judge""",
        "load_run() that is not entered": "test_load_run_that_is_not_entered_leaves_nothing_behind",
        "load_run(names) in a block": """
            test_an_explicit_load_run_is_current_inside_and_gives_the_outer_one_back
            test_an_explicit_load_of_the_same_run_is_another_writer_of_it""",
        "start, end and entering again": "test_entering_again_keeps_the_start_and_has_no_end_until_left",
        "how leaving ends a run": """
            test_leaving_completes test_a_run_that_logs_up_to_the_last_moment_completes
            test_any_exception_fails_the_run_and_propagates test_the_whole_traceback_is_kept
            test_a_good_exit_completes test_the_keyboard_stops_the_run
            test_an_error_while_closing_does_not_replace_the_users
            test_an_exception_that_can_not_be_shown_still_fails_the_run_and_propagates
            test_an_exception_whose_text_utf8_can_not_hold_still_fails_the_run""",
        "several writers": """
            test_a_run_is_in_progress_while_anybody_is_inside
            test_the_last_to_leave_decides_failed_if_any_failed_and_names_that_writer
            test_a_failure_from_before_the_run_was_entered_again_does_not_count
            test_a_death_among_several_writers_makes_the_run_stopped
            test_several_ranks_log_to_one_run_and_nothing_is_lost test_a_child_outlives_the_block_and_logs_on""",
        "a killed process": """
            test_a_killed_process_leaves_its_run_stopped_with_the_reason_and_all_it_logged
            test_a_reader_that_was_there_before_sees_the_death_too
            test_a_living_process_that_is_silent_is_not_stopped
            test_leaving_by_os_exit_is_a_death_and_loses_nothing
            test_a_process_that_ends_inside_its_block_loses_nothing""",
        "close()": """
            test_close_may_be_called_any_number_of_times_and_the_run_stays_usable
            test_close_returns_within_its_bound_though_another_process_holds_the_store""",
        "pickling": "test_a_run_pickled_outside_its_block_arrives_as_a_handle_outside",
        "children and the environment": """
            test_a_child_finds_the_run_and_is_its_own_writer
            test_a_forked_child_that_logs_with_its_parents_object_loses_nothing
            test_a_forked_child_that_falls_out_of_the_block_does_not_end_the_run
            test_a_shell_script_in_between_passes_the_run_on
            test_the_environment_names_the_only_open_run_and_is_as_before_afterwards
            test_what_stood_in_the_environment_comes_back_also_after_an_error
            test_the_constructor_alone_leaves_the_environment_alone
            test_with_two_open_runs_the_environment_is_as_it_was_until_one_is_left
            test_a_block_in_a_block_keeps_the_environment
            test_the_process_that_set_the_environment_does_not_read_its_own""",
        "pickled inside it arrives inside; what works outside": """
            test_a_run_pickled_inside_its_block_arrives_inside test_tags_flush_and_reads_work_outside_the_block""",
        "importing changes nothing": """
            test_importing_changes_nothing test_importing_the_package_loads_only_the_standard_library
            test_a_run_of_a_few_values_loads_no_package_but_ours""",
    },
    "parameters": {
        "journalled at once": "test_a_parameter_survives_the_death_of_its_process_at_once",
        "values of all kinds": """
            test_plain_values_come_back_as_they_were test_dicts_are_flattened_with_dots_and_keys_become_text
            test_dataclasses_and_namespaces_are_flattened_too test_lists_and_tuples_come_back_as_lists
            test_anything_else_is_kept_as_its_text test_parameters_that_are_no_mapping_are_a_type_error
            test_a_dict_that_holds_itself_is_refused test_an_int_of_more_digits_than_python_writes_is_refused
            test_no_parameters_are_no_error""",
        "numpy and torch scalars": """
            test_numpy_scalars_become_their_python_value test_a_scalar_of_another_library_becomes_its_python_value""",
        "NaN and infinities": "test_nan_and_infinities_are_kept",
        "the last call wins": """
            test_the_last_call_wins test_a_stale_process_does_not_overwrite_a_newer_value_when_it_ends""",
        "limits": """
            test_ten_thousand_parameters_are_kept test_names_and_texts_up_to_their_limits_are_kept
            test_what_is_beyond_the_limits_is_refused_and_none_of_the_call_is_kept""",
    },
    "metrics": {
        "NaN and infinities": "test_values_come_back_bit_for_bit_here_and_in_another_process",
        "values": """
            test_whatever_float_takes_is_a_value test_what_float_does_not_take_is_an_error_and_changes_nothing
            test_a_value_whose_float_raises_something_else_shows_that""",
        "timestamps": """
            test_without_a_timestamp_it_is_now test_a_naive_timestamp_is_local_time
            test_what_is_no_time_is_an_error_and_changes_nothing""",
        "any time, to the microsecond": "test_timestamps_are_kept_to_the_microsecond_however_far_away",
        "steps": """
            test_anything_with_an_index_is_a_step test_any_other_step_is_the_sdks_error_and_changes_nothing""",
        "negative steps": "test_steps_come_back_over_all_of_int64",
        "no step": """
            test_points_without_a_step_are_counted_from_zero
            test_a_later_writer_counts_on_from_the_last_step_of_each_series
            test_log_metric_and_log_metrics_count_one_series_together""",
        "repeated and unordered steps": """
            test_repeated_and_unordered_steps_are_all_kept_by_step_then_time_then_logging
            test_a_step_beyond_int64_is_a_value_error_and_changes_nothing""",
        "the world does not raise, nothing accepted is lost": """
            test_a_call_does_not_wait_for_the_store test_a_signal_handler_may_log test_a_finalizer_may_log
            test_eight_threads_log_at_once_and_nothing_is_lost
            test_keys_that_vary_from_call_to_call_lose_nothing
            test_a_hundred_thousand_points_under_many_names_come_back""",
        "a full disk": """
            test_the_constructor_raises_when_the_disk_is_full
            test_entering_raises_when_the_disk_is_full_and_the_run_can_be_entered_later
            test_a_refused_call_does_not_end_the_training_and_is_counted
            test_the_first_refusal_is_told_once_and_again_when_the_block_ends
            test_refused_metrics_are_counted_and_every_accepted_one_is_kept
            test_a_refused_file_is_counted_and_leaves_nothing_behind test_a_session_may_ask_for_an_error_instead
            test_a_block_may_be_left_while_the_disk_is_full_and_what_was_accepted_follows
            test_other_ways_are_refused""",
        "names": """
            test_names_of_1_to_255_characters_are_taken test_other_names_are_refused_and_change_nothing""",
    },
    "charts": {
        "lengths first, in the SDK's words": """
            test_unequal_lengths_are_refused_in_the_sdks_words test_empty_arrays_are_refused
            test_scores_that_are_not_finite_are_refused""",
        "without scikit-learn": "test_without_scikit_learn_the_error_names_the_extra",
        "PrecisionRecallCurve": """
            test_precision_recall_has_the_sdks_fields_in_order_and_its_known_answer
            test_no_skill_is_the_share_of_positives_where_none_is_given""",
        "ROCCurve": """
            test_roc_has_the_sdks_fields_in_order_and_its_known_answer
            test_scores_of_several_classes_give_a_curve_for_each_and_the_micro_average""",
        "ConfusionMatrix": """
            test_confusion_matrix_has_the_sdks_fields_in_order_and_its_known_answer
            test_labels_may_be_text_and_stand_in_the_matrixs_order""",
        "titles name artifacts": """
            test_a_chart_is_an_artifact_named_by_its_title_with_its_type_and_bytes test_the_same_title_replaces
            test_a_title_may_be_any_text""",
        "scores beyond 0 to 1, one class only": """
            test_scores_need_not_lie_between_0_and_1 test_one_class_only_is_no_error""",
        "thinned curves": """
            test_a_curve_of_many_vertices_is_thinned_without_visible_change_and_its_area_is_not""",
        "stored as objects, with a direction": """
            test_documents_are_json_for_every_reader test_a_chart_may_be_an_input test_charts_are_read_back_later""",
    },
    "artifacts": {
        "no limit": "test_ten_thousand_artifacts_of_each_direction_are_kept",
        "identity is direction and name": "test_an_input_and_an_output_may_share_a_name",
        "log_artifact": """
            test_log_artifact_records_name_value_and_media_type_and_stores_nothing test_the_same_name_replaces
            test_a_value_may_be_any_text test_text_that_utf8_can_not_hold_is_refused_or_kept_but_never_lost
            test_names_that_are_none_are_refused_and_change_nothing""",
        "log_file and log_directory": """
            test_what_is_no_file_is_refused_in_the_sdks_words test_a_file_that_may_not_be_read_is_refused
            test_a_file_whose_reading_fails_is_refused test_the_tilde_is_the_home
            test_the_media_type_is_guessed_from_the_files_name
            test_log_file_stores_the_bytes_by_content_under_the_base_name test_a_path_object_is_a_path
            test_name_media_type_and_direction_may_be_given
            test_log_directory_stores_all_files_below_and_gives_the_folder_back
            test_what_is_no_folder_is_refused""",
        "stored by content": """
            test_two_files_of_one_base_name_do_not_overwrite_each_other test_the_same_bytes_are_stored_once
            test_an_empty_and_a_large_file_come_back""",
        "a snapshot in the call": """
            test_the_file_may_change_after_the_call
            test_a_files_bytes_survive_the_death_of_the_process_that_logged_them""",
        "reading back": """
            test_download_makes_the_folder_and_gives_the_path
            test_a_downloaded_file_lies_in_its_folder_whatever_its_name
            test_names_that_look_alike_in_a_folder_are_still_two_artifacts
            test_a_damaged_object_is_refused_named_and_not_left_in_the_folder
            test_a_missing_object_is_told_with_its_file
            test_an_artifact_that_is_not_there_is_not_found_and_the_nearest_named
            test_a_value_has_no_bytes_to_download""",
    },
    "load_run, list_runs, experiment_config": {
        "half of the names": """
            test_a_run_name_without_its_experiment_is_a_value_error
            test_an_experiment_name_alone_is_ignored_with_a_warning
            test_an_experiment_name_alone_and_no_run_is_an_error""",
        "order": """
            test_names_load_the_run_as_it_is test_names_go_before_the_current_run
            test_the_current_run_goes_before_the_jobs_environment test_the_jobs_environment_names_the_run
            test_nothing_to_load_is_an_error test_a_session_is_a_folder_or_a_session
            test_tags_of_load_run_are_taken_and_ignored""",
        "names that do not exist": """
            test_a_run_that_is_not_there_is_not_found_and_not_created
            test_an_experiment_that_is_not_there_is_not_found_and_not_created
            test_a_name_that_can_not_be_is_a_value_error
            test_a_jobs_environment_with_a_run_that_is_not_there_is_not_found""",
        "job environment without a run": "test_a_jobs_environment_without_a_run_is_an_error",
        "list_runs": """
            test_runs_come_last_created_first test_runs_are_sorted_by_enum_or_text
            test_an_unknown_order_is_a_value_error test_times_of_creation_bound_the_list test_a_naive_time_is_local
            test_max_results_is_the_most_that_is_returned test_pages_together_are_the_whole_list
            test_a_list_without_more_has_no_token test_a_forged_token_is_a_value_error
            test_max_results_below_one_is_a_value_error
            test_a_missing_experiment_gives_an_empty_list_and_is_not_created test_listing_writes_nothing
            test_a_read_only_store_is_read_and_refuses_to_be_written_to
            test_two_runs_made_in_one_moment_are_both_listed""",
        "listed runs are outside": """
            test_listed_runs_are_outside_their_context_and_entering_opens_them_again""",
        "experiment_config": """
            test_experiment_config_has_the_sdks_three_entries
            test_experiment_config_is_there_inside_and_of_loaded_runs test_changing_what_it_gave_changes_nothing
            test_the_jobs_environment_carries_the_exact_pair""",
        "a job started inside a block": """
            test_a_job_in_another_process_finds_its_run_by_the_environment
            test_a_job_of_a_run_elsewhere_finds_its_store""",
    },
    "beyond the SDK": {
        "log_metrics": """
            test_many_metrics_in_one_call_share_step_and_time test_a_bad_value_among_many_keeps_none_of_the_call
            test_the_order_of_the_names_in_a_call_does_not_matter
            test_calls_with_as_many_but_other_names_each_keep_their_own
            test_a_dict_that_makes_what_it_lacks_is_not_changed
            test_no_metrics_are_no_error test_metrics_that_are_no_mapping_are_a_type_error""",
        "log_image": """
            test_pixels_come_back_as_they_were test_floats_from_0_to_1_are_pixels
            test_an_image_of_pillows_a_file_and_bytes_are_images test_what_is_no_image_is_refused""",
        "log_figure": """
            test_a_figure_of_matplotlib_is_a_picture test_a_figure_of_plotly_is_kept_as_it_is
            test_what_is_no_figure_is_refused""",
        "log_table": """
            test_a_table_comes_back_value_by_value test_values_that_json_has_not_come_back
            test_what_is_no_table_is_refused""",
        "log_text": "test_a_text_comes_back_as_it_was test_what_is_no_text_is_refused",
        "log_histogram": """
            test_a_histogram_comes_back_with_edges_and_counts test_values_of_a_histogram_that_are_not_finite_are_counted
            test_what_is_no_histogram_is_refused test_what_is_no_histogram_has_no_edges""",
        "media(name), in order": """
            test_without_a_step_the_same_name_replaces test_with_a_step_all_are_kept_and_come_in_order
            test_items_of_all_kinds_with_a_step_are_kept test_a_step_is_an_integer_or_none""",
        "set_tags": "test_tags_are_added_and_replaced test_tags_beyond_their_limits_are_refused_and_change_nothing",
        "colours": """
            test_a_colour_is_a_tag_that_can_be_taken_away test_a_colour_is_set_outside_the_block
            test_a_colour_that_is_none_is_refused_and_changes_nothing""",
        "descriptions": "test_descriptions_are_markdown_that_stays test_a_description_that_is_no_text_is_refused",
        "flush": "test_flush_returns_when_all_is_durable_in_the_store",
        "define_metric": "test_a_defined_metric_has_its_best test_another_goal_is_refused",
        "how things show themselves": """
            test_runs_and_lists_show_their_names test_html_escapes_what_users_typed""",
        "how far behind a reader is": """
            test_a_process_is_never_behind_itself test_another_process_is_at_most_a_second_behind""",
        "parameters and tags": "test_parameters_and_tags_are_dicts_of_the_callers_own",
        "status and times": """
            test_every_status_on_the_way_is_one_of_the_services test_times_are_aware_and_in_order""",
        "summaries": """
            test_a_summary_says_what_the_series_looks_like
            test_a_summary_without_finite_values_has_no_extremes_and_no_mean
            test_the_last_value_is_the_latest_at_the_greatest_step_finite_or_not
            test_summaries_hold_against_numpy_inside_and_after_the_block""",
        "metric_history": """
            test_a_history_has_typed_columns test_a_history_from_a_first_step_up_to_an_end
            test_a_history_of_few_points_keeps_every_extreme test_a_number_of_points_that_is_none_is_refused
            test_an_unknown_metric_is_not_found_and_the_nearest_named""",
        "where a run is": """
            test_a_run_says_where_it_is test_entering_says_where_it_goes_on_one_line_of_stderr
            test_without_a_named_store_the_nearest_assay_folder_is_used_then_the_users""",
    },
    "bad input": {
        "names": """
            test_a_malformed_name_is_refused_with_the_rule_and_creates_nothing
            test_other_names_are_refused_and_change_nothing test_names_that_are_none_are_refused_and_change_nothing""",
        "values that are no numbers": "test_what_float_does_not_take_is_an_error_and_changes_nothing",
        "steps that are no integers": "test_any_other_step_is_the_sdks_error_and_changes_nothing",
        "timestamps that are none": "test_what_is_no_time_is_an_error_and_changes_nothing",
        "arrays of charts": "test_unequal_lengths_are_refused_in_the_sdks_words test_empty_arrays_are_refused",
        "paths of log_file": """
            test_what_is_no_file_is_refused_in_the_sdks_words test_a_file_that_may_not_be_read_is_refused
            test_a_file_whose_reading_fails_is_refused""",
        "logging before and after the block": "test_log_calls_outside_the_block_raise_and_change_nothing",
        "a read-only store": """
            test_a_read_only_store_is_read_and_refuses_to_be_written_to
            test_a_folder_that_holds_no_store_and_can_not_be_written_is_refused""",
        "a store from a newer version": "test_a_store_of_a_newer_version_is_told_and_left_alone",
        "a torn journal": "test_a_torn_journal",
        "a flipped bit in a chunk": "test_a_flipped_bit_in_a_chunk",
        "a missing object": "test_a_missing_object",
        "an overwritten database header": "test_an_overwritten_catalog_header",
        "a store without damage": "test_a_whole_store_has_nothing_to_name",
        "what names no store": """
            test_a_store_that_is_a_file_is_refused test_what_names_no_store_is_refused
            test_stores_that_are_yet_to_come_are_told_apart_from_folders""",
        "a run that is gone": "test_a_run_that_was_deleted_meanwhile_is_told",
    },
}
