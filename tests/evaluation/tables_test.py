"""Tests of seq2seq_keras.evaluation.tables."""

import numpy as np
import pandas as pd

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.evaluation import (
    INTERVALS,
    Evaluation,
    Scores,
    comparison_lines,
    evaluation_lines,
    length_lines,
)
from seq2seq_keras.translation import SearchRequest


def test_every_score_is_listed_with_its_interval_and_signature():
    scores = Scores(
        bleu=None,
        chrf=52.5,
        ter=50.25,
        wer=0.375,
        symbol_error_rate=0.25,
        exact_match=0.5,
        sentences=1234,
        signatures={"chrf": "nrefs:1"},
        intervals={"chrf": (50.0, 55.0), "wer": (0.3, 0.4)},
    )
    evaluation = Evaluation(
        "a test", SearchRequest(SearchOptions()), scores, 3.25, 1.0, []
    )
    assert [" ".join(line.split()) for line in evaluation_lines(evaluation)] == [
        "a test",
        "BLEU undefined",
        "chrF 52.50 [50.00, 55.00] nrefs:1",
        "TER 50.25",
        "WER 0.3750 [0.3000, 0.4000]",
        "symbol error rate 0.2500",
        "exact match 0.5000",
        "perplexity 3.250 teacher-forced",
        "sentences 1,234",
        "seconds 1.0 to translate",
        f"Intervals: {INTERVALS}.",
    ]
    assert str(evaluation).splitlines() == evaluation_lines(evaluation)
    without = [
        line for line in evaluation_lines(evaluation) if "perplexity" not in line
    ]
    assert str(scores).splitlines() == [
        line for line in without[1:] if not line.startswith("seconds")
    ]


def test_a_comparison_is_listed_by_metric():
    first = {"system": "a", "score": 0.5, "low": 0.25, "high": 0.75}
    second = {"system": "long name", "score": 0.25, "low": 0.0, "high": 0.5}
    second |= {"difference": -0.25, "difference_low": -0.5, "difference_high": 0.125}
    table = pd.DataFrame([first, second | {"p_value": 0.03125}])
    table = table.assign(metric="wer", signature="")
    lines = comparison_lines(pd.concat([table, table.assign(metric="chrf")]))
    assert [" ".join(line.split()) for line in lines[:4]] == [
        "WER, lower is better",
        "a 0.5000 [0.2500, 0.7500]",
        "long name 0.2500 [0.0000, 0.5000] difference -0.2500 [-0.5000, 0.1250] "
        "p 0.0312",
        "chrF, higher is better",
    ]
    assert INTERVALS in lines[-2]


def test_lengths_are_listed_with_what_there_is():
    table = pd.DataFrame(
        {
            "metric": "BLEU",
            "unit": "words",
            "lengths": ["1", "2-3", "4"],
            "sentences": [1000, 1, 2],
            "signature": "nrefs:2|case:mixed",
            "score": [12.5, 100.0, np.nan],
            "low": [10.0, np.nan, np.nan],
            "high": [15.0, np.nan, np.nan],
        }
    )
    assert [line.split() for line in length_lines(table)] == [
        ["words", "sentences", "BLEU", "nrefs:2|case:mixed"],
        ["1", "1,000", "12.50", "[10.00,", "15.00]"],
        ["2-3", "1", "100.00"],
        ["4", "2"],
    ]
