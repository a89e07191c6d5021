"""Tests of judging translations by another model, against sums by hand."""

import itertools

import numpy as np
import pytest

from seq2seq_keras.data import Pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import score_targets
from seq2seq_keras.text import ReversedTokenizer, SpaceTokenizer
from seq2seq_keras.training import TrainingConfig, fit_tokenizers
from seq2seq_keras.translation import Translator, judge

TEXTS = ["a b c", "c b", "", "a"]
TARGET = ReversedTokenizer(SpaceTokenizer.fit(["u v w x"]))
SEARCH = {"beam_width": 6, "max_length": 5}


@pytest.fixture(scope="module")
def left(random_translator):
    return random_translator(3)


@pytest.fixture(scope="module")
def right(random_translator):
    return random_translator(8, target=TARGET)


def test_a_model_from_right_to_left_scores_the_mirrored_target(right):
    tokenizers = right.source_tokenizer, TARGET.tokenizer
    other = Translator(right.model, *tokenizers, max_length=5)
    [mine] = score_targets(right, [("a b", "u v w")])
    [mirrored] = score_targets(other, [("a b", "w v u")])
    assert mine.tokens == mirrored.tokens == ("w", "v", "u", "<eos>")
    np.testing.assert_array_equal(mine.log_probabilities, mirrored.log_probabilities)
    # And writes it mirrored.
    for text in TEXTS:
        assert right.translate(text).split() == other.translate(text).split()[::-1]


def test_the_order_is_that_of_the_sum_for_both_models(left, right):
    changes = 0
    for weight, length in itertools.product((0.0, 0.4, 1.0), (-1.0, 0.0, 0.7)):
        weights = {"rescore_weight": weight, "rescore_length": length}
        every = left.decode(TEXTS, n_best=6, **SEARCH)
        found = left.decode(TEXTS, n_best=3, rescore=right, **weights, **SEARCH)
        for plain, judged in zip(every, found, strict=True):
            if not plain.source:
                assert (judged.text, judged.score) == ("", 0.0)
                continue
            expected = {}
            pairs = [(plain.source, hypothesis.text) for hypothesis in plain.hypotheses]
            scores = score_targets(right, pairs)
            for hypothesis, q in zip(plain.hypotheses, scores, strict=True):
                p = np.log(hypothesis.token_probabilities).sum()
                # Where the length ran out nobody is asked for an end.
                judged_by = q.log_probabilities[: None if hypothesis.ended else -1]
                total = (1 - weight) * p + weight * judged_by.sum()
                expected[hypothesis.text] = total + length * len(hypothesis.tokens)
            best = sorted(expected, key=expected.get, reverse=True)[:3]
            assert [h.text for h in judged.hypotheses] == best
            scores = [hypothesis.score for hypothesis in judged.hypotheses]
            np.testing.assert_allclose(scores, [expected[t] for t in best], atol=1e-4)
            changes += judged.text != plain.text
    assert changes > 5
    texts = left.translate(TEXTS, rescore=right, **weights, **SEARCH)
    assert texts == [judged.text for judged in found]


def test_a_model_that_judges_itself_agrees_where_the_length_ran_out(left):
    translations = left.decode(TEXTS, n_best=6, beam_width=6, max_length=2)
    unended = 0
    for each, table in zip(translations, judge(translations, left), strict=True):
        for hypothesis, (own, judged, _) in zip(each.hypotheses, table, strict=True):
            if each.source and "<unk>" not in hypothesis.tokens:
                assert judged == pytest.approx(own, abs=1e-4)
                unended += not hypothesis.ended
    assert unended > 3


def test_the_risk_is_by_the_scores_of_both(left, right):
    search = {"rescore": right, "rescore_weight": 0.3, **SEARCH}
    judged = left.decode("a b c", n_best=6, distinct_texts=False, **search)
    scores = np.array([hypothesis.score for hypothesis in judged.hypotheses])
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    found = left.decode("a b c", decision="mbr", utility="exact_match", **search)
    assert found.text == judged.text
    assert found.score == pytest.approx(shares[0], abs=1e-5)


def test_the_tree_names_the_new_order(left, right):
    search = {"rescore": right, "rescore_weight": 1.0, "trace": True, **SEARCH}
    found = left.decode("a b c", n_best=2, **search)
    for node in found.beam:
        if node.rank is not None:
            assert node.token == found.hypotheses[node.rank].tokens[-1]
    assert {node.rank for node in found.beam} == {None, 0, 1}


@pytest.mark.slow
def test_several_judge_as_an_ensemble(left, right, random_translator):
    both = Translator.ensemble([right, random_translator(9, target=TARGET)])
    found = left.decode("a b c", rescore=both, rescore_weight=1.0, **SEARCH)
    [score] = score_targets(both, [("a b c", found.text)])
    assert found.score == pytest.approx(score.log_probability, abs=1e-4)


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ({"rescore_weight": 0.2}, "`rescore_weight` does nothing without `rescore`"),
        ({"rescore": "right"}, "`rescore` must be a `Translator`"),
        ({"rescore": True, "beam_width": 1}, "without a `beam_width` of 2 or more"),
        ({"rescore": True, "rescore_weight": 1.1}, "rescore_weight=1.1"),
        (
            {"rescore": True, "sample": True, "candidates": 4, "decision": "mbr"},
            "drawn texts decide",
        ),
    ],
)
def test_what_would_do_nothing_is_refused(left, right, search, message):
    if search.get("rescore") is True:
        width = {} if "sample" in search else {"beam_width": 2}
        search = {**width, **search, "rescore": right}
    with pytest.raises(InputError, match=message):
        left.translate("a", **search)


def test_a_model_from_right_to_left_lives_in_tensorflow_and_knows_no_prefix(
    right, tmp_path
):
    loaded = Translator.load(right.save(tmp_path / "right"))
    assert loaded.translate(TEXTS) == right.translate(TEXTS)
    with pytest.raises(InputError, match="`prefix` looks at translations from left"):
        right.translate("a", prefix="u")
    with pytest.raises(InputError, match="export a SavedModel"):
        right.export(tmp_path / "graphs", format="onnx")
    allowed = ["u v", "w x u"]
    assert set(right.translate(["a", "b c"], allowed=allowed)) <= set(allowed)


@pytest.mark.parametrize("shared", [False, True])
def test_a_training_reads_targets_from_their_end(shared):
    pairs = Pairs(["a b"], ["c d"])
    config = TrainingConfig(
        train=["pairs.tsv"], reverse_target=True, share_vocabulary=shared
    )
    source, target = fit_tokenizers(config, pairs)
    assert source.split("a b") == ["a", "b"]
    assert target.split("c d") == ["d", "c"]
    assert (source.vocabulary == target.vocabulary) == shared


def test_what_is_proposed_is_not_judged(left, right):
    with pytest.raises(InputError, match="`rescore` decides: `decode` takes it"):
        left.propose(TEXTS, rescore=right, **SEARCH)
