"""Tests of word vectors that a training starts from."""

import contextlib
import dataclasses
import zipfile

import numpy as np
import pytest

from seq2seq_keras.data import Pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.training import (
    TrainingConfig,
    load_embeddings,
    resume_training,
    train,
)
from seq2seq_keras.translation import Translator
from seq2seq_keras.vectors import WordVectors, from_model

PAIRS = Pairs(
    ["the cat", "the dog", "a cat", "a dog"] * 5, ["un chat", "le chien"] * 10
)


@pytest.fixture
def files(tmp_path):
    """Vectors of the words of both sides, and of many others."""
    paths = {}
    for side, words in (("source", "the cat dog"), ("target", "un chat le chien")):
        words = [f"other{n}" for n in range(50)] + words.split()
        matrix = np.random.default_rng(len(words)).normal(size=(len(words), 6))
        paths[side] = str(tmp_path / f"{side}.txt")
        WordVectors(words, matrix).save(paths[side])
    return paths


@pytest.fixture
def tokenizers():
    return WordTokenizer.fit(PAIRS.source), WordTokenizer.fit(PAIRS.target)


def test_rows_are_the_vectors_of_the_files(files, tokenizers, capsys):
    config = TrainingConfig(
        output="", source_vectors=files["source"], target_vectors=files["target"]
    )
    options = load_embeddings(config, *tokenizers)
    assert set(options) == {"source_embeddings", "target_embeddings"}
    for side, tokenizer in zip(("source", "target"), tokenizers, strict=True):
        whole = WordVectors.load(files[side])
        matrix = options[f"{side}_embeddings"]
        for token_id, token in enumerate(tokenizer.vocabulary[4:], start=4):
            if token in whole:
                np.testing.assert_array_equal(matrix[token_id], whole[token])
    told = capsys.readouterr().out
    assert f"The source vocabulary in {files['source']}" in told
    assert "filled" in told


def test_vectors_are_read_from_a_member_of_an_archive(files, tokenizers, tmp_path):
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        for side in ("source", "target"):
            archive.write(files[side], f"{side}.txt")
    packed = {
        f"{side}_vectors": f"{tmp_path}/both.zip:{side}.txt"
        for side in ("source", "target")
    }
    options = load_embeddings(TrainingConfig(output="", **packed), *tokenizers)
    plain = {f"{side}_vectors": str(files[side]) for side in ("source", "target")}
    expected = load_embeddings(TrainingConfig(output="", **plain), *tokenizers)
    for name, matrix in expected.items():
        np.testing.assert_array_equal(options[name], matrix)


def test_a_deviation_scales_the_vectors(files, tokenizers):
    config = TrainingConfig(output="", target_vectors=files["target"])
    plain = load_embeddings(config, *tokenizers)["target_embeddings"]
    config = TrainingConfig(
        output="", target_vectors=files["target"], vectors_deviation=1.0
    )
    scaled = load_embeddings(config, *tokenizers)["target_embeddings"]
    ratio = scaled[4:] / plain[4:]
    np.testing.assert_allclose(ratio, ratio[0, 0], rtol=1e-5)
    # All four words are of the file, so their vectors are what is scaled.
    assert scaled[4:].std() == pytest.approx(1.0, rel=1e-5)


def test_sizes_that_differ_are_an_error_and_none_is_needed(files, tokenizers):
    config = TrainingConfig(output="", source_vectors=files["source"], embedding_dim=8)
    with pytest.raises(InputError, match="8 of embedding_dim, 6 of source_embeddings"):
        load_embeddings(config, *tokenizers)
    assert load_embeddings(TrainingConfig(output=""), *tokenizers) == {}


def test_vectors_without_a_token_of_the_vocabulary_are_an_error(tmp_path, tokenizers):
    WordVectors(["чужой"], [[1.0]]).save(tmp_path / "other.txt")
    config = TrainingConfig(output="", source_vectors=str(tmp_path / "other.txt"))
    with pytest.raises(InputError, match="none of its words is wanted"):
        load_embeddings(config, *tokenizers)


@pytest.fixture
def parallel(tmp_path):
    for side in ("source", "target"):
        (tmp_path / side).write_text("\n".join(getattr(PAIRS, side)) + "\n")
    return [str(tmp_path / "source"), str(tmp_path / "target")]


def test_a_training_starts_from_frozen_vectors_and_keeps_them(
    files, parallel, eager, tmp_path
):
    config = TrainingConfig(
        output=str(tmp_path / "model"),
        train=parallel,
        validation=parallel,
        units=4,
        epochs=1,
        max_target_length=6,  # of what is validated by decoding
        samples=0,
        source_vectors=files["source"],
        freeze_source_embeddings=True,
        target_vectors=files["target"],
    )
    train(config)
    translator = Translator.load(config.output)
    for side, kept in (("source", True), ("target", False)):
        learned, given = from_model(translator, side), WordVectors.load(files[side])
        shared = [word for word in learned.words if word in given]
        same = [np.array_equal(learned[word], given[word]) for word in shared]
        assert all(same) if kept else not any(same)


@pytest.mark.parametrize(
    "stops",
    [(5,), pytest.param((3, 5), marks=pytest.mark.slow)],
    ids=["thawed", "frozen still, and thawed"],
)
def test_thawed_vectors_learn_and_such_a_training_can_be_resumed(
    stops, files, parallel, eager, tmp_path, stop_at
):
    config = TrainingConfig(
        output=str(tmp_path / "straight"),
        train=parallel,
        validation=parallel,
        units=4,
        cell="rnn",
        epochs=2,
        batch_size=8,  # three batches an epoch
        moving_average=0.9,
        max_target_length=6,
        samples=0,
        source_vectors=files["source"],
        freeze_source_embeddings=True,
        thaw_embeddings_after=1,
    )
    straight = train(config).translator
    given, learned = WordVectors.load(files["source"]), from_model(straight, "source")
    assert not np.array_equal(learned["cat"], given["cat"])

    count = stop_at(stops)
    config = dataclasses.replace(config, output=str(tmp_path / "stopped"))
    again = [(resume_training, config.output)] * len(stops)
    for go_on, what in ((train, config), *again):
        with contextlib.suppress(SystemExit):
            resumed = go_on(what, callbacks=[count]).translator
    assert count.steps == 6
    weights = (model.model.get_weights() for model in (straight, resumed))
    for expected, found in zip(*weights, strict=True):
        np.testing.assert_array_equal(found, expected)
