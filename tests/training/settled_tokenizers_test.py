"""Tests of tokenizers that the data, or a file, settle."""

import pytest
import yaml

from seq2seq_keras.cli import main
from seq2seq_keras.data import DataOptions, Pairs, PairStream, load_corpus
from seq2seq_keras.errors import InputError
from seq2seq_keras.text import (
    CharacterTokenizer,
    JamoTokenizer,
    SpaceTokenizer,
    WordTokenizer,
)
from seq2seq_keras.training import (
    TrainingConfig,
    fit_tokenizers,
    resume_training,
    settle_tokenizers,
    train,
)

WORDS = ["cat", "dog", "bird", "fish"] * 40
PHONES = ["k æ t", "d ɒ ɡ", "b ɜː d", "f ɪ ʃ"] * 40
SENTENCES = ["The cat sleeps.", "A dog is here.", "I am a bird.", "He sees it."] * 40
SPOKEN, WRITTEN = Pairs(WORDS, PHONES), Pairs(SENTENCES, SENTENCES)


def settled(pairs, **options):
    config = settle_tokenizers(DataOptions(**options), pairs)
    return config.tokenizer, config.target_tokenizer


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"tokenizer": "auto"}, ("character", "space")),
        ({"tokenizer": "auto", "target_tokenizer": "word"}, ("character", "word")),
        ({"tokenizer": "word", "target_tokenizer": "auto"}, ("word", "space")),
        ({"target_tokenizer": "auto"}, ("word", "space")),
        ({"tokenizer": "auto", "share_vocabulary": True}, ("word", None)),
        ({"tokenizer": "jamo"}, ("jamo", None)),
        ({}, ("word", None)),
    ],
)
def test_each_side_is_settled_by_itself(options, expected, capsys):
    assert settled(SPOKEN, **options) == expected


def test_one_line_a_side_says_what_is_chosen_and_why(capsys):
    settled(SPOKEN, tokenizer="auto")
    assert capsys.readouterr().out.splitlines() == [
        "Tokenizer of the source: character, as 160 of 160 are single words, such as "
        "'cat'",
        "Tokenizer of the target: space, as 160 of 160 are symbols between spaces, "
        "such as 'k æ t'",
    ]


@pytest.mark.parametrize(
    ("pairs", "options", "named"),
    [
        (SPOKEN, {}, "`--tokenizer character` and `--target-tokenizer space`, or"),
        (Pairs(WORDS, WORDS), {}, ": `--tokenizer character`, or auto"),
        (
            Pairs(SENTENCES, PHONES),
            {},
            "`--tokenizer word` and `--target-tokenizer space`",
        ),
        (SPOKEN, {"target_tokenizer": "space"}, ": `--tokenizer character`, or auto"),
        (WRITTEN, {}, None),
        (SPOKEN, {"tokenizer": "word"}, None),
        (Pairs(SENTENCES, PHONES), {"target_tokenizer": "word"}, None),
    ],
)
def test_words_by_default_are_questioned_in_one_line(pairs, options, named, capsys):
    tokenizer, _ = settled(pairs, **options)
    assert tokenizer == "word"
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == (named is not None)
    assert named is None or named in lines[0]


def test_what_is_settled_stays_without_a_word(capsys):
    config = settle_tokenizers(DataOptions(tokenizer="auto"), SPOKEN)
    capsys.readouterr()
    assert settle_tokenizers(config, WRITTEN) is config
    assert capsys.readouterr().out == ""


def test_of_a_stream_the_beginning_is_looked_at(capsys):
    taken = 0

    def pairs():
        nonlocal taken
        for pair in [*zip(WORDS, PHONES, strict=True)] * 100:
            taken += 1
            yield pair

    assert settled(PairStream(pairs), tokenizer="auto") == ("character", "space")
    assert taken == 2000


def test_of_pairs_in_memory_those_from_all_over_are_looked_at():
    # The first 2,000 alone would tell otherwise.
    texts = ["cat"] * 2000 + SENTENCES * 20
    assert settled(Pairs(texts, texts), tokenizer="auto") == ("word", None)


def test_the_tokenizers_are_of_the_kinds_that_are_chosen(capsys):
    source, target = fit_tokenizers(DataOptions(tokenizer="auto"), SPOKEN)
    assert (type(source), type(target)) == (CharacterTokenizer, SpaceTokenizer)
    korean = Pairs(["각하", "나무"], ["카", "수"])
    source, target = fit_tokenizers(DataOptions(tokenizer="auto"), korean)
    assert type(source) is type(target) is JamoTokenizer
    assert type(fit_tokenizers(DataOptions(), SPOKEN)[0]) is WordTokenizer


@pytest.fixture
def spoken(tmp_path):
    path = tmp_path / "spoken.tsv"
    # Sources that differ, for a tenth of them is set aside.
    rows = (f"{w}{chr(97 + i % 26)}{i}\t{p}\n" for i, (w, p) in enumerate(SPOKEN))
    path.write_text("".join(rows), encoding="utf-8")
    return str(path)


SMALL = {"units": 4, "embedding_dim": 4, "batch_size": 64, "samples": 0}
SMALL["max_target_length"] = 6  # of what is validated by decoding


def test_a_training_that_goes_on_has_the_tokenizers_it_began_with(
    spoken, tmp_path, eager, stop_at, capsys
):
    options = {"train": spoken, "tokenizer": "auto", "epochs": 1, **SMALL}
    straight = train(TrainingConfig(output=tmp_path / "a", **options)).translator
    with pytest.raises(SystemExit):
        train(
            TrainingConfig(output=tmp_path / "b", **options), callbacks=[stop_at([2])]
        )
    saved = yaml.safe_load((tmp_path / "b/training.yaml").read_text("utf-8"))
    assert saved["tokenizer"] == "character"
    assert saved["target_tokenizer"] == "space"
    capsys.readouterr()
    resumed = resume_training(tmp_path / "b").translator
    assert "Tokenizer of" not in capsys.readouterr().out
    for side in ("source_tokenizer", "target_tokenizer"):
        mine, its = (getattr(t, side).get_config() for t in (resumed, straight))
        assert mine == its
    weights = (t.model.get_weights() for t in (resumed, straight))
    assert all((mine == its).all() for mine, its in zip(*weights, strict=True))


def test_the_command_line_says_it_too(spoken, capsys, eager):
    assert main(["describe", "--train", spoken, "--tokenizer", "auto"]) == 0
    printed = capsys.readouterr().out
    assert "Tokenizer of the target: space, as " in printed
    assert main(["describe", "--train", spoken]) == 0
    assert "The tokens are words, but of the source " in capsys.readouterr().out
    assert main(["describe", "--train", spoken, "--tokenizer", "word"]) == 0
    assert "tokens are words" not in capsys.readouterr().out


def test_phonemes_of_the_recipe_are_left_as_they_are(public_data):
    for name in ("kor", "jpn_hira", "ady"):
        target = load_corpus(f"sigmorphon2021/{name}").train.target
        expected = [text.split(" ") for text in target]
        for tokenizer in (WordTokenizer(["-"]), SpaceTokenizer(["-"])):
            assert tokenizer.split(target) == expected


def test_an_idle_option_is_refused():
    for options, message in [
        ({"keep_white_space": True}, "without the tokenizer character or jamo"),
        ({"keep_white_space": True, "tokenizer": "word"}, "without the tokenizer"),
        ({"vocabulary": "a", "source_vocabulary": "b"}, "that of both sides"),
        ({"vocabulary": "a", "min_frequency": 2}, "`min_frequency` does nothing"),
        (
            {
                "source_vocabulary": "a",
                "target_vocabulary": "b",
                "max_vocabulary_size": 9,
            },
            "`max_vocabulary_size` does nothing",
        ),
    ]:
        with pytest.raises(InputError, match=message):
            DataOptions(**options)
    DataOptions(source_vocabulary="a", min_frequency=2)  # of the target
    DataOptions(keep_white_space=True, target_tokenizer="jamo")
    undecided = DataOptions(keep_white_space=True, tokenizer="auto")
    with pytest.raises(InputError, match="without the tokenizer character or jamo"):
        settle_tokenizers(undecided, WRITTEN)
    assert settle_tokenizers(undecided, SPOKEN).keep_white_space
