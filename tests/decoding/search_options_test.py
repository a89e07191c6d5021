"""Tests of seq2seq_keras.decoding.search_options."""

import pytest

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"max_length": 0},
            "`max_length` must be a positive integer, at most 1000000. Received",
        ),
        ({"max_length": None}, "`max_length` must be a positive integer"),
        ({"max_length_ratio": -1.0}, "`max_length_ratio` must be at least 0"),
        ({"beam_width": 2.0}, "`beam_width` must be a positive integer"),
        ({"beam_width": True}, "`beam_width` must be a positive integer"),
        ({"length_penalty": -0.1}, "`length_penalty` must be at least 0"),
        ({"length_penalty": float("nan")}, "`length_penalty` must be at least 0"),
        ({"temperature": 0}, "`temperature` must be at least 1e-06"),
        ({"top_p": 1.5}, "`top_p` must be at least 1e-06 and at most 1"),
        ({"repetition_penalty": 0.9}, "`repetition_penalty` must be at least 1"),
        ({"length_normalization": "mean"}, "'average', 'gnmt', 'none'"),
        ({"n_best": 2}, "n_best=2, beam_width=1"),
        ({"beam_width": 2, "sample": True}, "sample=True, beam_width=2"),
        ({"beam_width": 5, "beam_groups": 2}, "beam_width=5, beam_groups=2"),
        ({"decision": "risk"}, "`decision` must be one of 'map', 'mbr'"),
    ],
)
def test_options_out_of_range_are_named(options, message):
    with pytest.raises(InputError) as raised:
        SearchOptions(**options)
    assert message in str(raised.value)


def test_whole_numbers_pass_for_numbers():
    assert SearchOptions(length_penalty=1, max_length_ratio=2, top_p=1).top_p == 1


def test_several_samples_need_no_beam():
    assert SearchOptions(sample=True, n_best=3).n_best == 3


def test_replaced_options_are_checked_and_misspelt_ones_named():
    options = SearchOptions(beam_width=4)
    assert options.replace(n_best=2) == SearchOptions(beam_width=4, n_best=2)
    with pytest.raises(InputError, match="n_best=5, beam_width=4"):
        options.replace(n_best=5)
    with pytest.raises(InputError, match="Did you mean `beam_width`"):
        options.replace(beam_with=5)


FOUR_DRAWS = {"sample": True, "n_best": 4}


@pytest.mark.parametrize(
    ("saved", "asked", "expected"),
    [
        (FOUR_DRAWS, {"sample": False}, {}),
        (FOUR_DRAWS, {"beam_width": 2}, {"n_best": 2}),
        (FOUR_DRAWS, {"beam_width": 1}, FOUR_DRAWS),
        ({"beam_width": 4, "n_best": 4}, {"sample": True}, {"n_best": 4}),
        ({"beam_width": 4, "beam_groups": 2}, {"beam_width": 3}, {}),
    ],
)
def test_what_is_inherited_gives_way_to_what_is_asked_for(saved, asked, expected):
    found = SearchOptions(**saved).replace(**asked)
    assert found == SearchOptions(**{**asked, **expected})


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "greedy search"),
        ({"beam_width": 5, "n_best": 5}, "beam search, beam_width=5"),
        ({"sample": True, "top_k": 9}, "sampling, top_k=9"),
    ],
)
def test_options_say_how_it_was_searched(options, expected):
    assert SearchOptions(**options).describe() == expected
