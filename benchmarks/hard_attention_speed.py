"""What hard attention costs beside soft attention, in training and in use.

    SEQ2SEQ_KERAS_DATA=... python -m benchmarks.hard_attention_speed [--turns 12]

Words to phonemes by the recipe configs/g2p.yaml (Icelandic of SIGMORPHON 2021, batches
of 32, seed 0), with each kind of hard attention, of which the last is the recipe's, and
with the soft attention that the recipe had before. All models are in one process and
take turns: a step on the same batch of training, and 100 words of the development set
by a beam of 5, each 12 phonemes long, so that all write as much. The numbers go to
benchmarks/results/hard_attention_speed.json; ratios are medians of those of each turn.
"""

import os
import pathlib
import statistics
from collections.abc import Callable, Iterator

import keras
import tensorflow as tf
import yaml

import seq2seq_keras as s2s
from benchmarks.runner import (
    RESULTS,
    ROOT,
    environment,
    markdown_table,
    parser_of,
    read_json,
    take_turns,
    write_json,
)

PATH = RESULTS / "hard_attention_speed.json"
SOFT = "soft (concat, coverage)"
KINDS = {
    SOFT: {"attention": "luong", "attention_score": "concat", "coverage": True},
    "soft (luong, no coverage)": {"attention": "luong"},
    "hard": {"attention": "hard"},
    "hard, monotonic": {"attention": "hard", "monotonic": True},
    "hard, monotonic, order 1": {"attention": "hard", "monotonic": True, "order": 1},
}
MODEL = (
    *("cell", "units", "embedding_dim", "bidirectional", "bridge", "dropout"),
    "variational_dropout",
)
STEPS, LENGTH, WORDS = 4, 12, 100


def main() -> None:
    """Measures, keeps the numbers and prints them."""
    parser = parser_of(__doc__)
    parser.add_argument("--turns", type=int, default=12)
    parser.add_argument("--table", action="store_true", help="only show the results")
    options = parser.parse_args()
    if not options.table:
        before = environment()
        ways = dict(ways_of_all())
        timings = take_turns({way: ways[way] for way in ways}, options.turns)
        seconds = {kind: {} for kind in KINDS}
        for (kind, what), timing in timings.items():
            seconds[kind][what] = timing.seconds
        write_json(PATH, {"seconds": seconds, "environment": before})
    print(table(read_json(PATH)["seconds"]))


def ways_of_all() -> Iterator[tuple[tuple[str, str], Callable]]:
    """For each kind what trains some steps and what decodes."""
    recipe = yaml.safe_load((ROOT / "configs" / "g2p.yaml").read_text("utf-8"))
    train, dev = map(_read, ("train", "dev"))
    source = s2s.JamoTokenizer.fit(train.source)
    target = s2s.SpaceTokenizer.fit(train.target)
    for kind, attention in KINDS.items():
        keras.utils.set_random_seed(0)
        chosen = {name: recipe[name] for name in MODEL}
        sizes = source.vocabulary_size, target.vocabulary_size
        model = s2s.build_model(*sizes, **chosen, **attention)
        s2s.compile_model(model, label_smoothing=recipe["label_smoothing"])
        translator = s2s.Translator(model, source, target)
        batches = s2s.make_dataset(
            train, source, target, batch_size=recipe["batch_size"]
        )
        yield (kind, "train"), _training(model, batches)
        yield (kind, "decode"), _decoding(translator, dev.source[:WORDS])


def _training(model: s2s.Seq2Seq, batches: tf.data.Dataset) -> Callable:
    model.make_train_function()
    iterator = iter(batches.cache().repeat())

    def train() -> None:
        for _ in range(STEPS):
            model.train_function(iterator)

    return train


def _decoding(translator: s2s.Translator, words: list[str]) -> Callable:
    exactly = {"min_length": LENGTH, "max_length": LENGTH}
    return lambda: translator.translate(words, beam_width=5, **exactly)


def _read(part: str) -> s2s.Pairs:
    folder = pathlib.Path(os.environ["SEQ2SEQ_KERAS_DATA"], "sigmorphon2021")
    return s2s.read_pairs(folder / f"ice_{part}.tsv")


def table(seconds: dict) -> str:
    """Medians, and the median ratio to soft attention in the same turn."""
    heads = ["attention", "ms per step", "times soft", "ms to decode", "times soft"]
    lines = [heads]
    for kind, of_kind in seconds.items():
        cells = [kind]
        for what, count in (("train", STEPS), ("decode", 1)):
            soft = seconds[SOFT][what]
            ratios = [a / b for a, b in zip(of_kind[what], soft, strict=True)]
            cells.append(f"{1e3 * statistics.median(of_kind[what]) / count:,.1f}")
            cells.append(f"{statistics.median(ratios):.2f}")
        lines.append(cells)
    return markdown_table(lines, "lrrrr")


if __name__ == "__main__":
    main()
