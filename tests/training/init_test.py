"""Tests of trainings that go on from a translator."""

import numpy as np
import pytest
import yaml

from seq2seq_keras.cli import main
from seq2seq_keras.data import make_toy_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_model
from seq2seq_keras.text import CharacterTokenizer, FeaturesTokenizer
from seq2seq_keras.training import TrainingConfig, resume_training, train
from seq2seq_keras.translation import Translator

OPTIONS = {"epochs": 1, "samples": 1, "batch_size": 64, "learning_rate": 1e-7}


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """A translator with a vocabulary that the new pairs would not give."""
    texts = [source for source, _ in make_toy_pairs("copy", 50)]
    tokenizer = CharacterTokenizer.fit([*texts, "XYZ"])
    size = tokenizer.vocabulary_size
    model = build_model(size, size, cell="gru", units=8, embedding_dim=4)
    model.get_layer("encoder_0").trainable = False
    folder = tmp_path_factory.mktemp("start") / "model"
    return Translator(
        model, tokenizer, tokenizer, beam_width=2, max_length=5, max_source_length=40
    ).save(folder)


def config(start, table, output, **options):
    given = {"init": start, "train": table, "output": output, **OPTIONS, **options}
    return TrainingConfig(**given)


def test_tokenizers_model_weights_and_search_come_along(
    start, table, tmp_path, eager, capsys
):
    result = train(config(start, table, tmp_path / "tuned", units=8))
    before, after = Translator.load(start), Translator.load(tmp_path / "tuned")
    for translator in (after, result.translator):
        assert translator.search == before.search
        assert translator.max_source_length == before.max_source_length
        for side in ("source_tokenizer", "target_tokenizer"):
            mine, its = (getattr(t, side).get_config() for t in (translator, before))
            assert mine == its
        assert translator.model.get_config() == before.model.get_config()
        # The step is tiny, so these are its weights, if not to the last digit.
        weights = (t.model.get_weights() for t in (translator, before))
        for mine, its in zip(*weights, strict=True):
            np.testing.assert_allclose(mine, its, atol=1e-4)
    assert "beam_width=2" in result.evaluation.protocol
    assert f"going on from {start}" in after.description.replace("\\", "")
    saved = yaml.safe_load((tmp_path / "tuned/training.yaml").read_text())
    assert saved["init"] == str(start)
    # What the model is, and not what a model is unless told.
    assert (saved["cell"], saved["units"], saved["precision"]) == ("gru", 8, "float32")


def test_the_fastest_precision_is_that_of_the_model(start, table, tmp_path, eager):
    train(config(start, table, tmp_path, precision="auto"))
    saved = yaml.safe_load((tmp_path / "training.yaml").read_text())
    assert saved["precision"] == "float32"


def test_whether_subwords_can_be_drawn_is_asked_of_what_comes_along(
    start, table, tmp_path
):
    options = {"subword_sampling": 0.1}
    with pytest.raises(InputError, match="needs a `SubwordTokenizer`"):
        train(config(start, table, tmp_path, **options))


def test_it_is_resumed_as_any_other(start, table, tmp_path, eager, stop_at, capsys):
    given = config(start, table, tmp_path / "straight")
    straight = train(given).translator.model.get_weights()
    with pytest.raises(SystemExit):
        train(config(start, table, tmp_path / "cut"), callbacks=[stop_at([2])])
    resumed = resume_training(tmp_path / "cut").translator.model.get_weights()
    for mine, its in zip(straight, resumed, strict=True):
        np.testing.assert_array_equal(mine, its)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("units", 9),
        ("attention", "luong"),
        ("tokenizer", "jamo"),
        ("target_tokenizer", "word"),
        ("lowercase", True),
        ("min_frequency", 2),
        ("share_vocabulary", True),
        ("source_vectors", "vectors.txt"),
    ],
)
def test_what_comes_along_cannot_be_chosen(start, table, tmp_path, name, value):
    given = config(start, table, tmp_path, **{name: value})
    with pytest.raises(InputError, match=f"`{name}` cannot be chosen anew"):
        train(given)


def test_there_is_one_model(start, table, tmp_path):
    with pytest.raises(InputError, match="`init` brings its model along"):
        train(config(start, table, tmp_path), model=build_model(9, 9, units=4))


def test_the_translator_it_goes_on_from_stays(start, table, capsys):
    arguments = ["train", "--train", table, "--init", str(start)]
    arguments += ["--output", str(start), "--overwrite", "true"]
    assert main(arguments) == 2
    assert "of `init`" in capsys.readouterr().err


def test_a_folder_without_a_translator_is_named(table, tmp_path, capsys):
    arguments = ["train", "--train", table, "--init", str(tmp_path / "none")]
    assert main([*arguments, "--output", str(tmp_path / "out")]) == 2
    assert "none: there is no such model folder" in capsys.readouterr().err


def test_what_a_training_begins_with_is_not_written_onto(tmp_path):
    for name in ("config.json", "model.keras"):
        (tmp_path / name).touch()
    config = TrainingConfig(
        corpus="copy", init=str(tmp_path), output=str(tmp_path), overwrite=True
    )
    with pytest.raises(InputError, match="of `init`, which is read"):
        train(config)


def test_features_are_parted_as_the_start_knows_them(tmp_path):
    texts = ["V|PST\ta b", "N\tc"]
    source = FeaturesTokenizer.fit(
        texts, tokenizer=CharacterTokenizer, features_separator="|"
    )
    target = CharacterTokenizer.fit(["a b c"])
    sizes = source.vocabulary_size, target.vocabulary_size
    model = build_model(*sizes, cell="gru", units=8, embedding_dim=4)
    begun = Translator(model, source, target).save(tmp_path / "begun")
    rows = tmp_path / "rows.tsv"
    rows.write_text("a b\tc\tV+PST\nc\ta\tN\n")
    given = {"init": begun, "features_column": "2", "features_separator": "+"}
    with pytest.raises(InputError, match=r"knows features that `\|` parts"):
        train(TrainingConfig(train=[str(rows)], output=tmp_path / "x", **given))
