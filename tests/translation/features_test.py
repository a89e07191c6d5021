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


def test_features_are_the_first_columns_of_the_attention(translator, eager):
    result = translator.decode("V;PST\tgo")
    assert result.source == "V;PST\tgo"
    assert result.source_tokens == ("￮V", "￮PST", "g", "o", "<eos>")
    assert result.attention.shape == (len(result.tokens), 5)
    assert [token_label(x) for x in result.source_tokens[:3]] == ["▫V", "▫PST", "g"]
    rows = result.attention[: -1 if result.hypotheses[0].ended else None, :4]
    expected = [f"{row.argmax()}-{place}" for place, row in enumerate(rows)]
    assert pharaoh_alignment(result.hypotheses[0]).split() == expected


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
def test_features_are_served(translator, tmp_path):
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
