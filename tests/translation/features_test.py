"""Tests of sources with features, from pairs to a SavedModel."""

import copy
import itertools

import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.data import Pairs, make_dataset
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import score_targets
from seq2seq_keras.models import build_model, check_parity
from seq2seq_keras.plots import token_label
from seq2seq_keras.text import (
    NOT_COPIED,
    CharacterTokenizer,
    FeaturesTokenizer,
    ReversedTokenizer,
    SpaceTokenizer,
    SubwordTokenizer,
    WordTokenizer,
    check_copying,
    replace_unknown,
    source_copy_ids,
    target_copy_ids,
)
from seq2seq_keras.translation import Translator, pharaoh_alignment

PAIRS = Pairs(["V;PST\tgo", "V\tgo", "go", "N;PL\tV e"], ["went", "goes", "go", "Ves"])


def shaken(model):
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    return model


def made(source, target, **options):
    sizes = source.vocabulary_size, target.vocabulary_size
    options = {"units": 8, "embedding_dim": 8, "attention": "luong"} | options
    model = shaken(build_model(*sizes, **options))
    return Translator(model, source, target, max_length=8)


@pytest.fixture(scope="module")
def translator():
    source = FeaturesTokenizer.fit(PAIRS.source, tokenizer=CharacterTokenizer)
    return made(source, CharacterTokenizer.fit(PAIRS.target))


APART = {
    "sum": {"features_encoder": "sum", "attention": "hard", "monotonic": True},
    "linear": {
        **{"features_encoder": "linear", "copy": True, "reverse_source": True},
        "coverage": True,
    },
    "recurrent": {
        **{"features_encoder": "recurrent", "attend_features": True, "cell": "gru"},
        **{"bidirectional": True, "attention": "bahdanau"},
    },
}


def apart(**options):
    """A translator whose model reads features apart from the source."""
    source = FeaturesTokenizer.fit(PAIRS.source, tokenizer=CharacterTokenizer)
    size = len(source.features)
    target = CharacterTokenizer.fit(PAIRS.target)
    return made(source, target, features_vocabulary_size=size, **options)


@pytest.mark.parametrize("options", APART.values(), ids=APART)
def test_features_that_are_read_apart(options, eager, tmp_path):
    translator = apart(**options)
    texts = [*PAIRS.source, "X\tgo", "V;X;PST\tgo"]
    together = translator.decode(texts, beam_width=2, n_best=2)
    for text, result in zip(texts, together, strict=True):
        alone = translator.decode(text, beam_width=2, n_best=2)
        assert [h.text for h in result.hypotheses] == [h.text for h in alone.hypotheses]
        np.testing.assert_allclose(result.score, alone.score, rtol=1e-4)
        count = sum(token.startswith("￮") for token in result.source_tokens)
        if "attend_features" not in options and text != "X\tgo":
            np.testing.assert_array_equal(result.attention[:, :count], 0)
    again = Translator.load(translator.save(tmp_path / "saved"))
    assert again.translate(texts) == translator.translate(texts)


def test_what_is_read_apart_or_in_front_can_be_an_ensemble(eager):
    models = [apart(**APART[name]).model for name in ("sum", "recurrent")]
    plain = apart(features_encoder="sum", attention=None)
    tokenizers = plain.source_tokenizer, plain.target_tokenizer
    in_front = made(*tokenizers).model
    together = Translator([*models, plain.model, in_front], *tokenizers, max_length=8)
    pair = [("V;PST\tgo", "we")]
    [found] = score_targets(together, pair)
    each = [
        score_targets(Translator(model, *tokenizers, max_length=8), pair)[0]
        for model in together.models
    ]
    expected = np.log(np.mean([np.exp(x.log_probabilities) for x in each], axis=0))
    np.testing.assert_allclose(found.log_probabilities, expected, atol=1e-4)


def test_a_tokenizer_with_other_features_is_refused():
    translator = apart(features_encoder="sum")
    source = translator.source_tokenizer
    letters = [*source.tokenizer.vocabulary[4:], "￮V"]
    fewer = FeaturesTokenizer(CharacterTokenizer(letters), source.features[1:])
    assert fewer.vocabulary_size == source.vocabulary_size
    message = f"reads {len(source.features)} features, but .* has"
    for other in (fewer, CharacterTokenizer(source.vocabulary[4:])):
        with pytest.raises(InputError, match=message):
            Translator(translator.model, other, translator.target_tokenizer)


def test_letters_of_a_lemma_are_copied(eager):
    """A letter has what is generated of it and all its places: summed by hand."""
    translator = apart(features_encoder="linear", copy=True)
    gate = translator.model.get_layer("pointer_generator").gate
    gate.set_weights([0 * weight for weight in gate.get_weights()])
    [batch] = make_dataset(
        Pairs(["V;PST\tgog"], ["goe"]),
        *(translator.source_tokenizer, translator.target_tokenizer),
        copy=True,
    )
    inputs, labels, _ = batch
    model = translator.model
    memory = model.encode(inputs["source_token_ids"], inputs["source_copy_ids"])
    logits, states = model.decode(inputs["target_token_ids"][:, :1], memory)
    weights = states["attention_weights"].numpy()[0]
    g, o = labels.numpy()[0, :2]
    assert inputs["source_copy_ids"].numpy()[0].tolist() == [2, 2, g, o, g, 3]
    assert weights[:2].tolist() == [0, 0]
    probabilities = np.exp(logits.numpy()[0, 0])
    np.testing.assert_allclose(probabilities.sum(), 1, atol=1e-5)
    # The gate is one half. Without attention nothing is copied: what is generated.
    generated = probabilities - 0.5 * np.bincount(
        inputs["source_copy_ids"].numpy()[0], weights, len(probabilities)
    )
    np.testing.assert_allclose(generated.sum(), 0.5, atol=1e-5)
    assert probabilities[g] > 0.5 * (weights[2] + weights[4])
    assert probabilities[o] > 0.5 * weights[3]


def test_coverage_asks_for_no_attention_to_features(eager):
    """Features without a vector change neither the steps nor the penalty."""
    translator = apart(features_encoder="sum")
    embedding = translator.model.get_layer("source_embedding")
    [weights] = embedding.get_weights()
    weights[-translator.model.features_vocabulary_size :] = 0
    embedding.set_weights([weights])
    texts = ["V;PST\tgo", "go"]
    many, none = translator.decode(texts, beam_width=3, coverage_penalty=0.3)
    assert many.text == none.text
    assert many.score == pytest.approx(none.score, abs=1e-4)


def test_it_is_told_what_is_copied(eager):
    """By hand: a letter that only a copy can write has (1 - p_gen) times its place."""
    translator = apart(features_encoder="sum", copy=True)
    [(inputs, _, _)] = make_dataset(
        Pairs(["V;PST\tgoxy", "x"], ["goxe", "xy"]),
        *(translator.source_tokenizer, translator.target_tokenizer),
        copy=True,
        shuffle=False,
    )
    model = translator.model
    found = model.generation_probabilities(inputs).numpy()
    of_texts = translator.generation_probabilities(
        ["V;PST\tgoxy", "x"], ["goxe", "xy"], batch_size=1
    )
    assert [tokens for tokens, _ in of_texts] == [
        ("g", "o", "x", "e", "<eos>"), ("x", "y", "<eos>"),
    ]  # fmt: skip
    for expected, (_, shares) in zip(found, of_texts, strict=True):
        np.testing.assert_allclose(shares, expected[: len(shares)], atol=1e-5)
    states = model.encode(inputs["source_token_ids"], inputs["source_copy_ids"])
    size = model.target_vocabulary_size
    for step, token_ids in enumerate(tf.transpose(inputs["target_token_ids"])):
        logits, changed = model.decode(token_ids[:, None], states)
        states |= changed
        for row, place in ((0, 4), (0, 5), (1, 0)):  # of x, y and x
            copied = np.exp(logits.numpy()[row, 0, size + place])
            expected = 1 - copied / states["attention_weights"].numpy()[row, place]
            assert found[row, step] == pytest.approx(expected, abs=1e-4)
    with pytest.raises(InputError, match="copies nothing"):
        apart(features_encoder="sum").model.generation_probabilities(inputs)
    with pytest.raises(InputError, match="copies nothing"):
        apart(features_encoder="sum").generation_probabilities(["x"], ["y"])


def test_features_are_the_first_columns_of_the_attention(translator, eager):
    result = translator.decode("V;PST\tgo")
    assert result.source == "V;PST\tgo"
    assert result.source_tokens == ("￮V", "￮PST", "g", "o", "<eos>")
    assert result.attention.shape == (len(result.tokens), 5)
    assert [token_label(x) for x in result.source_tokens[:3]] == ["▫V", "▫PST", "g"]
    rows = result.attention[: -1 if result.hypotheses[0].ended else None, :4]
    expected = [f"{row.argmax()}-{place}" for place, row in enumerate(rows)]
    assert pharaoh_alignment(result.hypotheses[0]).split() == expected


def test_an_alignment_counts_in_the_order_of_the_text(translator, eager):
    plain = translator.decode("V;PST\tgo")
    turned = ReversedTokenizer(translator.target_tokenizer)
    model, source = translator.model, translator.source_tokenizer
    found = Translator(model, source, turned, max_length=8).decode("V;PST\tgo")
    assert found.tokens == plain.tokens
    written = [
        pair.split("-") for pair in pharaoh_alignment(plain.hypotheses[0]).split()
    ]
    last = len(plain.tokens) - plain.hypotheses[0].ended - 1
    expected = [f"{place}-{last - int(row)}" for place, row in written[::-1]]
    assert pharaoh_alignment(found.hypotheses[0]).split() == expected
    assert len(expected) > 1


def test_other_features_make_another_source(translator, eager):
    texts = ["V;PST\tgo", "V\tgo", "PST;V\tgo", "go", "Vgo"]
    targets = score_targets(translator, [(text, "went") for text in texts])
    found = [score.log_probability for score in targets]
    for one, other in itertools.combinations(found, 2):
        assert abs(one - other) > 1e-3


def test_texts_with_features_come_back_in_order_and_one_by_one(translator, eager):
    together = translator.translate(PAIRS.source)
    assert together == [translator.translate(text) for text in PAIRS.source]
    assert together == list(translator.translate_stream(PAIRS.source, batch_size=1))
    assert translator.translate(["", "\t", "V\tgo"])[:2] == ["", ""]


def test_features_are_saved_and_copied(translator, eager, tmp_path):
    folder = translator.save(tmp_path / "saved")
    assert "FeaturesTokenizer of a CharacterTokenizer" in (
        folder / "README.md"
    ).read_text(encoding="utf-8")
    for again in (Translator.load(folder), copy.deepcopy(translator)):
        mine, its = (t.source_tokenizer.get_config() for t in (translator, again))
        assert mine == its


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, *APART.values()], ids=["in front", *APART])
def test_features_are_served(options, translator, tmp_path):
    if options:
        translator = apart(**options)
    expected = translator.translate(PAIRS.source)
    served = tf.saved_model.load(translator.export(tmp_path / "served"))
    found = served.signatures["serving_default"](text=tf.constant(PAIRS.source))
    assert [x.decode() for x in found["translation"].numpy()] == expected


def test_batches_have_the_ids_of_features_first(translator, eager):
    source = translator.source_tokenizer
    [(inputs, _, _)] = make_dataset(
        PAIRS, source, translator.target_tokenizer, shuffle=False
    )
    for row, text in zip(inputs["source_token_ids"].numpy(), PAIRS.source, strict=True):
        assert row[row > 0].tolist() == [*source.tokenize(text), 3]


def test_subwords_of_sources_with_features_are_drawn():
    texts = ["A\tlow lower lowest", "B\twide wider"]
    source = FeaturesTokenizer.fit(texts, tokenizer=SubwordTokenizer)
    dataset = make_dataset(
        Pairs(texts, ["a", "b"]),
        source,
        CharacterTokenizer(["a", "b"]),
        subword_sampling=0.9,
        shuffle=False,
    )
    epochs = [inputs["source_token_ids"].numpy() for inputs, *_ in [*dataset, *dataset]]
    assert [source.detokenize(rows) for rows in epochs] == [texts, texts]
    assert epochs[0].tolist() != epochs[1].tolist()


SOURCE = FeaturesTokenizer(SpaceTokenizer(["go", "V"]), ["V", "N"])
TARGET = SpaceTokenizer(["go", "V"])


def test_features_are_not_copied():
    """The ids of a loop: a feature is `<sos>`, which is never written."""
    sources = ["V;X\tgo Seoul V Seoul", "Seoul X", "N\tx"]
    targets = ["Seoul X ￮V V", "X go", "N x"]
    pairs = Pairs(sources, targets)
    [(inputs, labels, _)] = make_dataset(
        pairs, SOURCE, TARGET, copy=True, shuffle=False
    )
    size = TARGET.vocabulary_size
    known = {"go": 4, "V": 5}
    for row, (source, target) in enumerate(pairs):
        features, _, text = source.rpartition("\t")
        before = len(features.split(";")) if features else 0
        words = text.split()
        extended = {w: size + before + words.index(w) for w in words} | known
        copied = [2] * before + [extended[word] for word in words] + [3]
        found = inputs["source_copy_ids"].numpy()[row]
        assert found[found > 0].tolist() == copied
        expected = [extended.get(word, 1) for word in target.split()] + [3]
        assert labels.numpy()[row][: len(expected)].tolist() == expected


def test_copying_goes_by_the_tokenizer_of_the_text():
    check_copying(SOURCE, TARGET)
    check_copying(SOURCE, SOURCE)
    with pytest.raises(InputError, match="SpaceTokenizer and WordTokenizer"):
        check_copying(SOURCE, WordTokenizer(["a"]))


@pytest.fixture(scope="module")
def copying():
    return made(SOURCE, TARGET, copy=True, cell="gru")


def test_a_model_that_copies_never_writes_features(copying, eager):
    texts = ["N;V;X;Y\tSeoul", "N;V;X;Y;Z\t", "A;B;C\tgo x"]
    for options in ({}, {"beam_width": 4, "n_best": 4}, {"sample": True, "seed": 3}):
        for text, result in zip(texts, copying.decode(texts, **options), strict=True):
            words = text.partition("\t")[2].split()
            for hypothesis in result.hypotheses:
                assert {*hypothesis.tokens} <= {*words, "go", "V", "<unk>", "<eos>"}
                assert {*hypothesis.text.split()} <= {*words, "go", "V", "<unk>"}


def test_the_steps_of_a_model_that_copies_agree_with_its_training(copying, eager):
    pairs = Pairs(["V;X\tgo Seoul", "N\tx go V"], ["Seoul", "V x"])
    dataset = make_dataset(pairs, SOURCE, TARGET, copy=True)
    [batch] = dataset
    report = check_parity(copying.model, batch, tolerance=1e-3)
    assert report.agrees, report


def test_scores_of_given_targets_know_what_is_copied(copying, eager):
    words = ("Seoul", "X", "￮X", "Oslo")
    found = score_targets(copying, [("V;X\tgo Seoul", word) for word in words])
    seoul, name, feature, oslo = (score.log_probabilities[0] for score in found)
    assert seoul != oslo
    # All three are `<unk>`.
    assert name == pytest.approx(oslo, rel=1e-6)
    assert feature == pytest.approx(oslo, rel=1e-6)


def test_words_to_avoid_may_be_names_of_features(eager):
    source = FeaturesTokenizer(WordTokenizer(["go"]), ["V"])
    translator = made(source, WordTokenizer(["go"]))
    options = {"avoid": ["Seoul", "not", "copied"], "replace_unknown": True}
    assert len(translator.translate(["Seoul;V\tgo on"], **options)) == 1
    with pytest.raises(InputError, match="a source has 'Seoul'"):
        translator.translate(["V\tSeoul"], **options)


def test_features_never_take_the_place_of_unknown_words(eager):
    tokens = tf.constant([["￮V", "￮X", "x", "<eos>"], ["￮V", "￮X", "<eos>", ""]])
    translator = made(SOURCE, TARGET)
    source = {
        "source_tokens": tokens,
        "source_token_ids": tf.constant([[6, 1, 1, 3]] * 2),
    }
    ids = translator.graph._copied_ids(source)
    assert ids.numpy().tolist() == [[0, 0, 1, 3], [0, 0, 1, 3]]
    weights = tf.constant([[[[0.4, 0.4, 0.1, 0.1]]]])
    replaced = replace_unknown(tf.constant([[[1]]]), weights, ids[:1], 6)
    assert replaced.numpy().tolist() == [[[8]]]
    # Where there is no word at all.
    nothing = tf.constant([[0, 0, 3, 0]])
    kept = replace_unknown(tf.constant([[[1]]]), weights, nothing, 6)
    assert kept.numpy().tolist() == [[[1]]]
    texts = ["V;X;Y\tx", "V;X;Y\t"]
    for text, result in zip(
        texts, translator.decode(texts, replace_unknown=True), strict=True
    ):
        words = {*text.partition("\t")[2].split(), "go", "V", "<unk>"}
        assert {*result.text.split()} <= words


def test_what_copies_of_features_write_is_no_token():
    tokens = tf.ragged.constant([["￮V", "x"], ["￮"]])
    copied = SOURCE.copied_tokens(tokens)
    assert copied.to_list() == [[NOT_COPIED.encode(), b"x"], ["￮".encode()]]
    assert source_copy_ids(copied, TARGET).to_list() == [[2, 7], [6]]
    labels = target_copy_ids(tokens, copied, TARGET)
    assert labels.to_list() == [[1, 7], [6]]
    assert TARGET.copied_tokens(tokens) is tokens
