"""Tests of training pairs that several workers read, each some of the files."""

import dataclasses
import pathlib
import threading

import pytest

from seq2seq_keras import InputError
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.training import (
    TrainingConfig,
    fit_tokenizers,
    load_sharded_pairs,
    read_batches,
)

PAIRS = [(f"a w{n % 7} {n}", f"b w{n % 5}") for n in range(60)]


class Workers:
    """Some who tell each other texts; this is one of them."""

    def __init__(self, rank, barrier, said):
        self.rank, self.count = rank, barrier.parties
        self.barrier, self.said = barrier, said

    def gather(self, texts):
        self.said[self.rank] = texts
        self.barrier.wait()
        heard = [text for said in self.said for text in said]
        self.barrier.wait()
        return heard


def together(count, run):
    """What as many workers come to, each in a thread."""
    barrier, said, found = threading.Barrier(count), [None] * count, [None] * count

    def work(rank):
        try:
            found[rank] = run(Workers(rank, barrier, said))
        except InputError as error:
            found[rank] = str(error)

    threads = [threading.Thread(target=work, args=(rank,)) for rank in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.fixture
def options(tmp_path):
    """Those of a training whose pairs lie in five files."""
    for number in range(5):
        rows = "".join(f"{a}\t{b}\n" for a, b in PAIRS[number::5])
        (tmp_path / f"train-{number}.tsv").write_text(rows)
    (tmp_path / "validation.tsv").write_text("a\tb\n")
    return {
        "train": [f"{tmp_path}/train-*.tsv"],
        "validation": [f"{tmp_path}/validation.tsv"],
        "output": str(tmp_path / "model"),
        "stream": True,
        "shards": 3,
    }


def test_vocabularies_are_those_of_all_shards(options):
    config = TrainingConfig(**options, tokenizer="word", share_vocabulary=True)

    def fit(workers):
        pairs = load_sharded_pairs(config, workers).train
        return list(pairs), fit_tokenizers(config, pairs, workers)

    found = together(2, fit)
    assert sorted(found[0][0] + found[1][0]) == sorted(PAIRS)
    whole = WordTokenizer.fit([text for pair in PAIRS for text in pair])
    for _, tokenizers in found:
        assert [each.vocabulary for each in tokenizers] == [whole.vocabulary] * 2


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        # The machine of the second one lacks a file, so that it deals otherwise.
        ("train-1.tsv", "Worker 1 has read other data"),
        # Of files that nobody reads together.
        ("columns", "Some files have en before fr, and others have them the other way"),
    ],
)
def test_workers_that_see_other_files_are_refused(options, tmp_path, changed, message):
    options = {**options, "shards": 2, "tokenizer": "word"}
    elsewhere = sorted(str(path) for path in tmp_path.glob("train-*.tsv"))
    if changed == "columns":
        options["header"] = "yes"
        (tmp_path / "validation.tsv").write_text("en\tfr\na\tb\n")
        for number, path in enumerate(elsewhere):
            names = ["en\tfr\n", "fr\ten\n"][number % 2]
            pathlib.Path(path).write_text(names + pathlib.Path(path).read_text())
    else:
        elsewhere = [path for path in elsewhere if changed not in path]

    def run(workers):
        config = TrainingConfig(**options)
        found = load_sharded_pairs(config, workers)
        tokenizers = fit_tokenizers(config, found.train, workers)
        if workers.rank == 1 and changed != "columns":
            files = dataclasses.replace(found.train, files=elsewhere)
            found = found._replace(train=files)
        return read_batches(config, tokenizers, found, False, workers).fingerprint

    for told in together(2, run):
        assert message in told


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"stream": False}, "Give all three"),
        ({"validation": None}, "Give all three"),
        ({"features_column": "x"}, "leave `features_column` out"),
        ({"hallucinate": 5}, "leave `hallucinate` out"),
        ({"corpus": "copy"}, "leave `corpus` out"),
        ({"shards": 6}, "There are 5 files, too few for 6"),
    ],
)
def test_what_does_not_go_with_shards_is_refused(options, changed, told):
    with pytest.raises(InputError, match=told):
        load_sharded_pairs(TrainingConfig(**{**options, **changed}))


def test_more_workers_than_shards_are_refused(options):
    workers = Workers(0, threading.Barrier(4), [None] * 4)
    with pytest.raises(InputError, match="There are 4 workers and 3 `shards`"):
        load_sharded_pairs(TrainingConfig(**options), workers)


def test_subwords_are_not_fitted_to_shards(options):
    config = TrainingConfig(**options, tokenizer="bpe")
    pairs = load_sharded_pairs(config).train
    with pytest.raises(InputError, match="give a `vocabulary`"):
        fit_tokenizers(config, pairs)
