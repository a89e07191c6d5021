"""Tests of decisions for the least risk, against enumeration."""

import collections

import numpy as np
import pytest
from sacrebleu.metrics import CHRF

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_model
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.translation import (
    Hypothesis,
    Translation,
    Translator,
    least_risk,
)

TEXTS = ["the cat sleeps", "the dog eats", "", "cat"]
# As wide as the space: every translation there is, of two tokens and `<eos>` at most.
ALL = {"beam_width": 300, "max_length": 3}


def make_translator(seed):
    """Its texts are spelled in several ways: "a￭" "a" and "a" "￭a" are both "aa"."""
    source = WordTokenizer.fit(["the cat dog sleeps eats"])
    target = WordTokenizer(["a￭", "￭a", "￭a￭", "a", "b"])
    sizes = (source.vocabulary_size, target.vocabulary_size)
    model = build_model(*sizes, units=8, embedding_dim=6, attention="luong")
    random = np.random.default_rng(seed)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    return Translator(model, source, target, max_length=3)


@pytest.fixture(scope="module")
def one():
    return make_translator(3)


@pytest.fixture(scope="module")
def other():
    return make_translator(6)


def distribution(translator, text):
    """The probability of each text, as a share of those that were found."""
    found = translator.decode(text, n_best=300, distinct_texts=False, **ALL)
    total = collections.Counter()
    for hypothesis in found.hypotheses:
        total[hypothesis.text] += float(np.prod(hypothesis.token_probabilities))
    return {each: p / total.total() for each, p in total.items()}


def test_with_exact_match_it_is_the_text_whose_spellings_add_up_to_most(one):
    differs = 0
    for text in TEXTS:
        expected = distribution(one, text)
        best = max(expected, key=expected.get)
        found = one.decode(text, decision="mbr", utility="exact_match", n_best=5, **ALL)
        assert found.text == best
        assert found.score == pytest.approx(expected[best], abs=1e-6)
        ranked = sorted(expected.values(), reverse=True)[:5]
        scores = [hypothesis.score for hypothesis in found.hypotheses]
        np.testing.assert_allclose(scores, ranked, atol=1e-6)
        differs += one.translate(text, length_normalization="none", **ALL) != best
    # No single spelling of them is the likeliest.
    assert differs


def test_probabilities_are_shares_to_a_power(one):
    search = {"beam_width": 6, "max_length": 3, "n_best": 6}
    found = one.decode(TEXTS[0], distinct_texts=False, **search)
    shares = collections.Counter()
    for hypothesis in found.hypotheses:
        shares[hypothesis.text] += float(np.prod(hypothesis.token_probabilities)) ** 0.3
    risk = {"decision": "mbr", "utility": "exact_match", "posterior_scale": 0.3}
    decided = one.decode(TEXTS[0], **risk, **search)
    expected = {text: share / shares.total() for text, share in shares.items()}
    scores = {h.text: h.score for h in decided.hypotheses}
    assert scores == pytest.approx(expected, abs=1e-5)


def test_of_what_is_drawn_equal_texts_add_up(other):
    draw = {"sample": True, "seed": 3}
    drawn = other.decode(TEXTS[0], n_best=300, **draw)
    counts = collections.Counter(h.text for h in drawn.hypotheses)
    found = other.decode(
        TEXTS[0], decision="mbr", utility="exact_match", candidates=300, **draw
    )
    [(best, count)] = counts.most_common(1)
    assert (found.text, found.score) == (best, pytest.approx(count / 300))
    # And are what the model says of them.
    assert found.score == pytest.approx(distribution(other, TEXTS[0])[best], abs=0.06)


def test_with_a_score_it_is_what_a_loop_over_all_pairs_finds(one):
    chrf = CHRF()
    changes = 0
    for text in TEXTS[:2]:
        shares = distribution(one, text)
        expected = {
            mine: sum(
                p * (mine == its or chrf.sentence_score(mine, [its]).score / 100)
                for its, p in shares.items()
            )
            for mine in shares
        }
        found = one.decode(text, decision="mbr", **ALL)
        assert found.score == pytest.approx(max(expected.values()), abs=1e-6)
        assert expected[found.text] == pytest.approx(found.score, abs=1e-6)
        assert one.translate(text, decision="mbr", **ALL) == found.text
        changes += found.text != max(shares, key=shares.get)
    assert changes


@pytest.mark.parametrize(
    "utility", ["chrf", "bleu", "symbol_error_rate", "exact_match"]
)
def test_nothing_is_as_like_itself_as_any_text(utility):
    hypotheses = tuple(
        Hypothesis(text, (*text, "<eos>"), -1.0, np.array([share]))
        for text, share in (("", 0.5), ("a", 0.25), ("b", 0.25))
    )
    options = SearchOptions(beam_width=3, n_best=3, decision="mbr", utility=utility)
    found = least_risk([Translation("x", ("x",), hypotheses)], options).hypotheses
    assert [(h.text, h.score) for h in found] == [("", 0.5), ("a", 0.25), ("b", 0.25)]


def test_an_ensemble_decides_over_the_union_of_what_its_models_propose(one, other):
    both = Translator.ensemble([one, other])
    search = {"beam_width": 2, "max_length": 3, "n_best": 2, "decision": "mbr"}
    for text in TEXTS:
        found = both.decode(text, utility="exact_match", **search)
        mean = collections.Counter()
        for member in (one, other):
            proposed = member.decode(
                text, beam_width=2, max_length=3, n_best=2, distinct_texts=False
            )
            p = np.array([np.prod(h.token_probabilities) for h in proposed.hypotheses])
            for hypothesis, share in zip(proposed.hypotheses, p / p.sum(), strict=True):
                mean[hypothesis.text] += share / 2
        assert found.score == pytest.approx(max(mean.values()), abs=1e-6)
        assert mean[found.text] == pytest.approx(found.score, abs=1e-6)


def test_the_models_of_an_ensemble_draw_apart(one):
    twice = Translator.ensemble([one, one])
    draw = {"sample": True, "seed": 7, "candidates": 40, "n_best": 40, "max_length": 3}
    draw |= {"decision": "mbr", "utility": "exact_match"}
    for text in ("the cat sleeps", "cat"):
        # Each model counts half: were their draws the same, shares were as of one.
        alone, found = (
            {h.text: round(h.score, 6) for h in each.decode(text, **draw).hypotheses}
            for each in (one, twice)
        )
        assert found != alone
        assert sum(found.values()) == pytest.approx(1, abs=1e-4)


def test_batches_and_streams_decide_alike(one):
    search = {"decision": "mbr", "beam_width": 4}
    texts = one.translate(TEXTS, **search)
    assert texts[2] == ""
    assert list(one.translate_stream(TEXTS, batch_size=1, **search)) == texts
    assert [t.text for t in one.decode(TEXTS, batch_size=2, **search)] == texts


def test_the_tree_names_what_was_decided_for(one):
    search = {"decision": "mbr", "n_best": 3, "trace": True, **ALL}
    found = one.decode(TEXTS[0], **search)
    ends = {node.rank: node for node in found.beam if node.rank is not None}
    assert sorted(ends) == [0, 1, 2]
    for rank, node in ends.items():
        tokens = [node.token]
        while node.parent is not None:
            node = found.beam[node.parent]
            tokens.append(node.token)
        assert found.hypotheses[rank].tokens == tuple(tokens[::-1])


def test_where_nothing_can_be_said_nothing_is_decided(one):
    found = one.decode("cat", prefix="b", avoid=["b"], decision="mbr", beam_width=3)
    assert (found.text, found.score) == ("", -np.inf)


def test_decisions_are_saved_and_not_exported(one, tmp_path):
    made = Translator(
        one.model,
        one.source_tokenizer,
        one.target_tokenizer,
        **{"decision": "mbr", "utility": "bleu", **ALL},
    )
    loaded = Translator.load(made.save(tmp_path / "model"))
    assert loaded.search == made.search
    assert loaded.translate(TEXTS) == made.translate(TEXTS)
    with pytest.raises(InputError, match='export with `decision="map"`'):
        loaded.export(tmp_path / "exported")
    assert not (tmp_path / "exported").exists()


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ({"decision": "mbr"}, "without a `beam_width` of 2 or more, or `sample`"),
        ({"utility": "bleu", "beam_width": 2}, "`utility` does nothing without"),
        (
            {"decision": "mbr", "sample": True, "posterior_scale": 0.1},
            '`posterior_scale` does nothing without `decision="mbr"` with a beam',
        ),
        (
            {"decision": "mbr", "beam_width": 2, "candidates": 9},
            '`candidates` does nothing without `decision="mbr"` and `sample`',
        ),
        (
            {"decision": "mbr", "sample": True, "candidates": 2, "n_best": 3},
            "n_best=3, candidates=2",
        ),
    ],
)
def test_what_would_do_nothing_is_refused(one, search, message):
    with pytest.raises(InputError, match=message):
        one.translate("cat", **search)
