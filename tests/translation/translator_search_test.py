"""Tests of what the search options of a `Translator` do to translations.

Most run without graphs, of which each set of options has its own.
"""

import pathlib
import resource

import keras
import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_model
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.translation import Translator

WORDS = ["le", "la", "chat", "chien", "dort", "mange"]
TEXTS = ["the cat sleeps", "the dog eats", "the big cat eats the dog", "", "cat"]


def make_translator(seed=0, copy=False, **search):
    """One with large random weights: it says different things to different texts."""
    source = WordTokenizer.fit(["the cat dog sleeps eats"])
    target = WordTokenizer.fit(WORDS)
    model = build_model(
        *(source.vocabulary_size, target.vocabulary_size),
        units=8,
        embedding_dim=6,
        attention="luong",
        input_feeding=True,
        copy=copy,
    )
    random = np.random.default_rng(seed)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    return Translator(model, source, target, **{"max_length": 8, **search})


@pytest.fixture(scope="module")
def attentive():
    return make_translator()


def test_a_record_says_how_the_translation_was_found(attentive, eager):
    translation = attentive.decode(TEXTS[2], beam_width=4, n_best=4)
    assert translation.source_tokens == (*TEXTS[2].split(), "<eos>")
    assert len(translation.hypotheses) == 4
    scores = [hypothesis.score for hypothesis in translation.hypotheses]
    assert scores == sorted(scores, reverse=True)
    for hypothesis in translation.hypotheses:
        length = len(hypothesis.tokens)
        assert hypothesis.attention.shape == (length, len(translation.source_tokens))
        np.testing.assert_allclose(hypothesis.attention.sum(axis=1), 1, atol=1e-5)
        log_probabilities = np.log(hypothesis.token_probabilities)
        assert hypothesis.score == pytest.approx(log_probabilities.mean(), abs=1e-5)
        words = [token for token in hypothesis.tokens if token != "<eos>"]
        assert (
            hypothesis.text
            == attentive.target_tokenizer.join_graph(
                tf.ragged.constant([words], tf.string, ragged_rank=1)
            )
            .numpy()[0]
            .decode()
        )
    assert translation.text == translation.hypotheses[0].text
    assert translation.attention is translation.hypotheses[0].attention


def test_translate_gives_the_text_of_decode(attentive):
    texts = attentive.translate(TEXTS, beam_width=4, n_best=4)
    records = attentive.decode(TEXTS, beam_width=4, n_best=4, batch_size=2)
    assert texts == [record.text for record in records]
    stream = attentive.translate_stream(iter(TEXTS), beam_width=4, n_best=4)
    assert texts == list(stream)
    assert len(set(texts)) > 2  # it says different things


def test_a_blank_text_has_one_empty_hypothesis(attentive):
    record = attentive.decode("", beam_width=4, n_best=4)
    assert [(h.text, h.tokens, h.score) for h in record.hypotheses] == [("", (), 0.0)]


def test_the_tree_leads_from_each_hypothesis_back_to_its_first_token(attentive):
    record = attentive.decode(TEXTS[0], beam_width=4, n_best=4, trace=True)
    ends = {node.rank: node for node in record.beam if node.rank is not None}
    assert sorted(ends) == [0, 1, 2, 3]
    for rank, node in ends.items():
        path = [node]
        while path[-1].parent is not None:
            path.append(record.beam[path[-1].parent])
        hypothesis = record.hypotheses[rank]
        assert tuple(node.token for node in path[::-1]) == hypothesis.tokens
        np.testing.assert_allclose(
            [node.probability for node in path[::-1]],
            hypothesis.token_probabilities,
            atol=1e-6,
        )
    assert attentive.decode(TEXTS[0], beam_width=4, n_best=4).beam is None


def test_all_lengths_share_one_graph(attentive):
    search = attentive.search.replace(beam_width=3)
    for texts in (TEXTS, ["cat"], ["the cat " * 30] * 3, []):
        attentive.translate(texts, beam_width=3)
    without = {"prefix": False, "avoid": False, "allowed": False, "details": False}
    graph = attentive.graph.searcher(search, **without)
    assert attentive.graph.searcher(search, **without) is graph
    assert graph.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("search", [{}, {"beam_width": 3}, {"sample": True}])
def test_every_search_keeps_to_what_it_is_told(attentive, search, eager):
    told = {
        "prefix": ["la chat", "le", "", "la", "la"],
        "avoid": ["chien dort", "dort"],
    }
    translations = attentive.translate(TEXTS, **told, **search)
    for prefix, translation in zip(told["prefix"], translations, strict=True):
        assert translation.startswith(prefix) or translation == ""
        assert "dort" not in translation
    assert translations[0].startswith("la chat")
    allowed = ["le chat mange", "la chat", "chien"]
    assert set(attentive.translate(TEXTS, allowed=allowed, **search)) <= {"", *allowed}


@pytest.mark.parametrize("search", [{}, {"beam_width": 3}, {"sample": True}])
def test_where_nothing_can_be_said_the_score_is_minus_infinity(
    attentive, search, eager
):
    record = attentive.decode(TEXTS[0], prefix="le", avoid=["le"], **search)
    assert (record.text, record.tokens, record.score) == ("", (), -np.inf)


def test_what_is_inherited_gives_way(attentive):
    search = attentive.search.replace(beam_width=3, n_best=3)
    assert search.replace(beam_width=2).n_best == 2
    grouped = search.replace(beam_width=6, beam_groups=3)
    assert grouped.replace(beam_width=4).beam_groups == 1
    assert grouped.replace(beam_width=9).beam_groups == 3
    assert grouped.replace(sample=True).beam_groups == 1
    assert search.replace(sample=True).beam_width == 1
    assert search.replace(beam_width=np.int64(4)) == search.replace(beam_width=4)


def test_lengths_are_limited_relative_to_the_source(attentive):
    tokens = [
        attentive.decode(text, max_length_ratio=0.5, min_length_ratio=0.5).tokens
        for text in TEXTS
    ]
    # Half of 3, 3, 6, 0 and 1 words, rounded up, and <eos>.
    assert [len(row) for row in tokens] == [3, 3, 4, 0, 2]


def test_samples_depend_on_the_seed_and_not_on_the_batch(attentive):
    draw = {"sample": True, "n_best": 3, "seed": 7}
    records = attentive.decode(TEXTS, **draw)
    assert attentive.decode(TEXTS, batch_size=2, **draw)[2].text == records[2].text
    texts = [[h.text for h in record.hypotheses] for record in records]
    again = attentive.decode(TEXTS, **draw)
    assert texts == [[h.text for h in record.hypotheses] for record in again]
    other = attentive.decode(TEXTS, **{**draw, "seed": 8})
    assert texts != [[h.text for h in record.hypotheses] for record in other]
    assert len({text for row in texts for text in row}) > 5


def test_two_of_the_same_text_are_drawn_apart(attentive):
    texts = attentive.translate([TEXTS[0]] * 20, sample=True)
    assert len(set(texts)) > 5


def test_unknown_words_are_replaced_by_what_was_attended_to(eager):
    translator = make_translator()
    # The bias of <unk> makes it certain.
    weights = translator.model.get_layer("logits").get_weights()
    weights[1][1] = 100.0
    translator.model.get_layer("logits").set_weights(weights)
    plain = translator.decode(TEXTS[2])
    assert set(plain.tokens) == {"<unk>"}
    replaced = translator.decode(TEXTS[2], replace_unknown=True)
    best = plain.attention[:, :-1].argmax(axis=1)
    expected = [plain.source_tokens[position] for position in best]
    assert replaced.text.split() == expected


def test_replacing_unknown_words_needs_attention(translator):
    with pytest.raises(InputError, match="`replace_unknown` works on attention"):
        translator.translate("a", replace_unknown=True)


def test_a_model_that_copies_writes_words_it_does_not_know(eager):
    translator = make_translator(copy=True)
    gate = translator.model.get_layer("pointer_generator")
    weights = gate.get_weights()
    gate.set_weights([weights[0], weights[1] - 1000])  # it always copies
    record = translator.decode("xyzzy plugh", min_length=3, max_length=3)
    assert set(record.tokens) <= {"xyzzy", "plugh", "<eos>"}
    assert record.text


def test_an_ensemble_of_one_model_twice_is_that_model(attentive, eager):
    model, tokenizers = (
        attentive.model,
        (
            attentive.source_tokenizer,
            attentive.target_tokenizer,
        ),
    )
    twice = Translator([model, model], *tokenizers, max_length=8)
    assert twice.translate(TEXTS, beam_width=3) == attentive.translate(
        TEXTS, beam_width=3
    )


def test_an_ensemble_averages_probabilities(attentive, eager):
    other = make_translator(seed=1)
    tokenizers = attentive.source_tokenizer, attentive.target_tokenizer
    both = Translator([attentive.model, other.model], *tokenizers, max_length=8)
    target = both.translate(TEXTS[0])
    from seq2seq_keras.evaluation import score_targets

    scores = [
        np.exp(score_targets(t, [(TEXTS[0], target)])[0].log_probabilities)
        for t in (attentive, other, both)
    ]
    np.testing.assert_allclose(scores[2], (scores[0] + scores[1]) / 2, atol=1e-5)
    record = both.decode(TEXTS[0])
    length = len(record.tokens)
    np.testing.assert_allclose(
        record.token_probabilities, scores[2][:length], atol=1e-5
    )


def test_an_ensemble_is_not_saved_as_one(attentive, tmp_path):
    model = attentive.model
    tokenizers = attentive.source_tokenizer, attentive.target_tokenizer
    with pytest.raises(InputError, match="An ensemble is not saved as one"):
        Translator([model, model], *tokenizers).save(tmp_path / "both")


def test_an_ensemble_copies_as_a_whole_or_not_at_all(attentive):
    tokenizers = attentive.source_tokenizer, attentive.target_tokenizer
    copying = make_translator(copy=True).model
    with pytest.raises(InputError, match="either all copy source words"):
        Translator([attentive.model, copying], *tokenizers)


def test_the_search_is_saved_with_the_translator(tmp_path, eager):
    translator = make_translator(beam_width=3, n_best=2, length_penalty=0.6)
    loaded = Translator.load(translator.save(tmp_path / "model"))
    assert loaded.search == translator.search
    records = [t.decode(TEXTS[2]).hypotheses for t in (translator, loaded)]
    assert [h.score for h in records[0]] == [h.score for h in records[1]]
    assert len(records[0]) == 2


def test_memory_does_not_grow_with_options(attentive):
    """Graphs are let go of; each holds megabytes."""
    keras.utils.set_random_seed(0)
    for width in range(2, 14):
        attentive.graph.searcher(attentive.search.replace(beam_width=width))
    assert attentive.graph.searcher.cache_info().currsize <= 8


def resident_megabytes():
    """What this process holds in memory now."""
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


@pytest.mark.slow
def test_memory_does_not_grow_over_thousands_of_calls(attentive):
    random = np.random.default_rng(0)
    words = ["the", "cat", "dog", "sleeps", "eats", "xyzzy"]

    def call():
        count = random.integers(1, 6)
        texts = [
            " ".join(random.choice(words, random.integers(0, 40))) for _ in range(count)
        ]
        attentive.translate(texts, beam_width=4)

    for _ in range(500):  # until the allocators have what they need
        call()
    before = resident_megabytes()
    for _ in range(5000):
        call()
    grown = resident_megabytes() - before
    without = {"prefix": False, "avoid": False, "allowed": False, "details": False}
    search = attentive.search.replace(beam_width=4)
    graph = attentive.graph.searcher(search, **without)
    traces = graph.experimental_get_tracing_count()
    print(f"5,000 calls: {grown:.1f} MB more, {traces} trace(s)")
    assert grown < 50
    assert traces <= 2


def test_translations_of_a_beam_are_distinct_texts(attentive, eager):
    """Of all token sequences, against the first of each text."""
    # Several tokens are one text: "a￭" "a" and "a" "￭a" both "aa".
    tokenizer = WordTokenizer(["a￭", "￭a", "￭a￭", "a", "￭", "￭￭"])
    translator = Translator(attentive.model, attentive.source_tokenizer, tokenizer)
    search = {"beam_width": 12, "max_length": 4}
    for text in TEXTS[:2]:
        every = translator.decode(text, n_best=12, distinct_texts=False, **search)
        first = {}
        for hypothesis in every.hypotheses:
            first.setdefault(hypothesis.text, hypothesis)
        assert len(first) < len(every.hypotheses)
        found = translator.decode(text, n_best=3, trace=True, **search)
        expected = [*first.values()][:3]
        assert [h.tokens for h in found.hypotheses] == [h.tokens for h in expected]
        for mine, its in zip(found.hypotheses, expected, strict=True):
            np.testing.assert_allclose(mine.attention, its.attention, atol=1e-6)
        assert {node.rank for node in found.beam} == {None, *range(len(expected))}


def test_a_beam_in_groups_is_what_its_saved_model_finds(attentive, tmp_path):
    search = {"beam_width": 4, "n_best": 4, "beam_groups": 2, "diversity_penalty": 2.0}
    records = attentive.decode(TEXTS, **search)
    plain = attentive.decode(TEXTS, beam_width=4, n_best=4)
    served = tf.saved_model.load(attentive.export(tmp_path / "served", **search))
    found = served.signatures["nbest"](text=tf.constant(TEXTS))
    told = 0
    for record, other, texts, scores in zip(
        records, plain, found["translations"], found["scores"].numpy(), strict=True
    ):
        mine = [hypothesis.text for hypothesis in record.hypotheses]
        assert [text.decode() for text in texts.numpy()[: len(mine)]] == mine
        own = [hypothesis.score for hypothesis in record.hypotheses]
        np.testing.assert_allclose(scores[: len(mine)], own, rtol=1e-5)
        told += mine != [hypothesis.text for hypothesis in other.hypotheses]
        for hypothesis in record.hypotheses:  # the penalty is no part of a score
            log_probabilities = np.log(hypothesis.token_probabilities)
            if hypothesis.tokens:
                mean = log_probabilities.mean()
                assert hypothesis.score == pytest.approx(mean, abs=1e-5)
    assert told
    assert served.signatures["serving_default"]


@pytest.mark.parametrize("format", ["onnx", "litert"])
def test_a_beam_in_groups_is_not_exported_for_other_runtimes(
    attentive,
    tmp_path,
    format,  # noqa: A002
):
    search = {"beam_width": 4, "beam_groups": 2}
    with pytest.raises(InputError, match="Beams in groups are not exported"):
        attentive.export(tmp_path / "graphs", format=format, **search)
    assert not (tmp_path / "graphs").exists()


def test_the_coverage_penalty_is_that_of_the_attention_found(attentive, eager):
    penalty = 0.5
    search = {"beam_width": 3, "n_best": 3, "coverage_penalty": penalty}
    for record in attentive.decode(TEXTS[:3], **search):
        for hypothesis in record.hypotheses:
            mean = np.log(hypothesis.token_probabilities).mean()
            covered = hypothesis.attention.sum(axis=0)[:-1]  # but for <eos>
            coverage = np.log(np.clip(covered, 1e-6, 1)).sum()
            expected = mean + penalty * coverage
            assert hypothesis.score == pytest.approx(expected, abs=1e-4)
