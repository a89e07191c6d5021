"""A search that is told its options by tensors, in loops that hold only tensors."""

import numpy as np
import pytest
import tensorflow as tf
from table_decoder import TableDecoder

from seq2seq_keras.decoding import SearchInputs, SearchOptions, search

SOURCE = tf.constant([[3, 0, 0], [5, 3, 0], [5, 6, 3]])
ROWS = (0, 1, 2)
SEARCHES = {
    "greedy": {"max_length": 6},
    "greedy with rules": {
        **{"max_length": 7, "max_length_ratio": 2.5, "min_length": 3},
        **{"block_ngrams": 2, "repetition_penalty": 1.4},
    },
    "beam": {"max_length": 6, "beam_width": 3, "n_best": 2},
    "beam with rules": {
        **{"max_length": 6, "beam_width": 3, "n_best": 3, "min_length_ratio": 1.5},
        **{"length_normalization": "gnmt", "length_penalty": 0.7},
        **{"coverage_penalty": 0.3, "block_ngrams": 1, "repetition_penalty": 1.2},
    },
    "rules that say nothing": {
        **{"max_length": 6, "beam_width": 2, "length_normalization": "none"},
        **{"block_ngrams": 0, "repetition_penalty": 1.0, "coverage_penalty": 0.0},
    },
}


def as_inputs(options, names):
    """`SearchInputs` of scalar tensors: the two that all have, and some others."""
    offset, exponent = options.length_terms
    ratio = options.max_length_ratio
    given = {name: getattr(options, name) for name in names - {"length_penalty"}}
    given.pop("length_normalization", None)
    given |= {
        "max_length_ratio": 1e6 if ratio is None else ratio,
        "length_offset": offset,
        "length_exponent": exponent,
    }
    return SearchInputs(**{name: tf.constant(value) for name, value in given.items()})


@pytest.mark.parametrize("asked", SEARCHES.values(), ids=SEARCHES)
def test_inputs_find_what_options_find(asked):
    options, decoder = SearchOptions(**asked), TableDecoder(7)
    start = {**decoder.start(ROWS), "source_token_ids": SOURCE}
    expected = search(**start, options=options)

    # As a graph, where nothing of the options is known when it is made.
    names = {*asked, "max_length", *(["n_best"] if options.beam_width > 1 else [])}
    inputs = as_inputs(options, names)
    found = tf.function(
        lambda inputs: search(**start, options=inputs, plain=True), autograph=False
    )(inputs)
    np.testing.assert_array_equal(found.token_ids, expected.token_ids)
    np.testing.assert_allclose(found.scores, expected.scores, rtol=1e-6)
    np.testing.assert_allclose(
        found.log_probabilities, expected.log_probabilities, rtol=1e-6
    )
    np.testing.assert_array_equal(found.attention_weights, expected.attention_weights)


def test_a_ratio_that_limits_nothing_does_so_for_long_sources():
    # 1e6 times 2,200 is no 32-bit integer.
    source, decoder = tf.fill([1, 2200], 5), TableDecoder(7)
    options = SearchOptions(max_length=6, min_length=3)
    start = {**decoder.start((0,)), "source_token_ids": source}
    expected = search(**start, options=options).token_ids
    inputs = as_inputs(options, {"max_length", "min_length"})
    found = search(**start, options=inputs, plain=True).token_ids
    np.testing.assert_array_equal(found, expected)
    assert found.shape[-1] > 3
