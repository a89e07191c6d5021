"""Options that would do nothing are refused, not passed over."""

import pytest

from seq2seq_keras import InputError
from seq2seq_keras.cli import main
from seq2seq_keras.data import DataOptions
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.training import TrainingConfig, load_training_pairs


@pytest.mark.parametrize(
    "line",
    [
        "translate M --json --scores",
        "translate M --json --alignments",
        "train --corpus copy --seeds 0-1 --resume M",
        "train --corpus copy --seeds 0-1 --address auto",
        "evaluate M --corpus copy --columns 0 1",
        "evaluate M --test t.tsv --seed 1",
        "evaluate M --test t.tsv --json --examples 3",
        "evaluate M --test t.tsv --length-metric chrf",
        "evaluate M --corpus copy --rescore-length 0.5",
        "evaluate M --corpus copy --beam-width 4 --n-best 3",
        "translate M --rescore-weight 0.2",
        "tune-search M --validation v.tsv --seed 1",
        "tune-search M --corpus copy --columns 0 1",
        "distill M --output o.tsv --input t.txt --columns 0 1",
        "distill M --output o.tsv --train t.tsv --seed 1",
        "compare M N --corpus copy --columns 0 1",
        "score M --test t.tsv --seed 0",
        "report M --corpus copy --columns 0 1",
        "vectors load v.txt --format glove",
        "vectors plot v.txt --words a b c --seed 1",
    ],
)
def test_the_command_line_names_what_does_nothing(line, capsys):
    assert main(line.split()) == 2
    (message,) = capsys.readouterr().err.splitlines()
    (name,) = (word for word in line.split() if f"`{word}` does nothing" in message)
    assert name.startswith("--")


@pytest.mark.parametrize(
    "option", ["--beam-width 5", "--max-length 2", "--batch-size 3"]
)
def test_files_of_translations_are_not_searched_for(option, tmp_path, capsys):
    files = [tmp_path / name for name in ("a.txt", "b.txt", "test.tsv")]
    for file in files:
        file.write_text("a\tb\nc\td\n")
    command = ["compare", *map(str, files[:2]), "--test", str(files[2])]
    assert main([*command, *option.split()]) == 2
    name = option.split()[0]
    message = f"`{name}` does nothing where every system is a file of translations."
    assert message in capsys.readouterr().err
    assert main(command) == 0


@pytest.mark.parametrize(
    "line",
    [
        "evaluate nowhere --test t.tsv --length-metric chrf --by-length",
        "evaluate nowhere --corpus copy --seed 1",
        "translate nowhere --scores --alignments",
    ],
)
def test_what_does_something_is_taken(line, capsys):
    assert main(line.split()) == 2
    assert "there is no such model folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"coverage_penalty": 0.2}, "without a `beam_width` of 2"),
        ({"top_k": 3}, "`top_k` does nothing without `sample`"),
        ({"top_p": 0.5}, "`top_p` does nothing without `sample`"),
        ({"temperature": 2.0}, "`temperature` does nothing without `sample`"),
        (
            {"length_penalty": 2.0, "length_normalization": "none", "beam_width": 2},
            "without a `length_normalization`",
        ),
        ({"min_length": 9, "max_length": 8}, "no more than `max_length`"),
        ({"seed": 3}, "`seed` does nothing without `sample`"),
        ({"utility": "bleu"}, '`utility` does nothing without `decision="mbr"`'),
        ({"diversity_penalty": 2.0}, "without `beam_groups` of 2 or more"),
    ],
)
def test_a_search_refuses_what_one_call_asks_for_in_vain(translator, options, message):
    with pytest.raises(InputError, match=message):
        translator.translate("he is tired", **options)


def test_what_a_translator_was_saved_with_may_wait_for_a_beam():
    saved = SearchOptions(coverage_penalty=0.2, top_k=3)
    saved.check_effect(())
    saved.replace(beam_width=2).check_effect(["beam_width"])
    SearchOptions().check_effect(["top_k"])  # 0, which asks for nothing
    with pytest.raises(InputError, match=r"coverage_penalty=0\.2"):
        saved.check_effect(["coverage_penalty"])


def test_data_and_training_options_that_do_nothing_are_named():
    with pytest.raises(InputError, match="`subword_sampling` does nothing"):
        DataOptions(subword_sampling=0.1)
    assert DataOptions(subword_sampling=0.1, target_tokenizer="bpe")
    with pytest.raises(InputError, match="`vectors_deviation` scales nothing"):
        TrainingConfig(vectors_deviation=1.0)
    with pytest.raises(InputError, match="leave `columns` out"):
        load_training_pairs(DataOptions(corpus="copy", columns=["0", "1"]))
