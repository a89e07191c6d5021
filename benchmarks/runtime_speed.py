"""Throughput and latency of a SavedModel, of onnxruntime and of LiteRT, in turns.

    python -m benchmarks.runtime_speed FOLDER FILE --exported EXPORTED [EXPORTED ...]

FOLDER is a saved translator, EXPORTED what `export --format onnx` or `litert` made of
it. The lines of FILE are translated by a beam of 5, in batches of 64 lines of like
length: by the SavedModel's `nbest`, by `Translator` and by `runtime.Translator`.
Latency is that of one sentence, greedy, in a warm process. Each number is the median of
turns.
"""

import functools
import pathlib
import tempfile
from collections.abc import Callable

import tensorflow as tf

from benchmarks.runner import (
    RESULTS,
    environment,
    keep_to_cores,
    markdown_table,
    parser_of,
    take_turns,
    write_json,
)
from seq2seq_keras import Translator, runtime
from seq2seq_keras.data import read_lines

BATCH, WIDTH, TURNS, CALLS = 64, 5, 3, 30


def main() -> None:
    """Measures, keeps the numbers and prints a table."""
    parser = parser_of(__doc__)
    parser.add_argument("folder")
    parser.add_argument("file")
    parser.add_argument("--exported", nargs="+", required=True)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--cores", type=int, default=2)
    options = parser.parse_args()
    keep_to_cores(options.cores)
    texts = list(read_lines(options.file))[: options.lines]
    translator = Translator.load(options.folder)
    exported = {
        pathlib.Path(place).name: runtime.Translator.load(place)
        for place in options.exported
    }
    with tempfile.TemporaryDirectory() as place:
        translator.export(f"{place}/saved", beam_width=WIDTH)
        served = tf.saved_model.load(f"{place}/saved")
        nbest = served.signatures["nbest"]
        translator.export(f"{place}/greedy", beam_width=1)
        greedy = tf.saved_model.load(f"{place}/greedy")
        ordered = sorted(texts, key=lambda text: len(text.split()))
        batches = [
            tf.constant(ordered[start : start + BATCH])
            for start in range(0, len(ordered), BATCH)
        ]
        search = {"beam_width": WIDTH, "batch_size": BATCH}
        many = {
            "SavedModel": lambda: [nbest(text=batch) for batch in batches],
            "Translator": lambda: translator.decode(texts, **search),
            **{
                name: functools.partial(small.decode, texts, **search)
                for name, small in exported.items()
            },
        }
        one = {
            "SavedModel": lambda: greedy.signatures["serving_default"](
                text=tf.constant(texts[:1])
            ),
            "Translator": lambda: translator.translate(texts[0]),
            **{
                name: functools.partial(small.translate, texts[0])
                for name, small in exported.items()
            },
        }
        results = measure(many, one, len(texts))
    write_json(
        RESULTS / "runtime_speed.json", {**results, "environment": environment()}
    )
    rows = [
        [name, f"{each['lines_per_second']:.0f}", f"{each['milliseconds']:.1f}"]
        for name, each in results.items()
    ]
    header = ["", f"lines a second, beam of {WIDTH}", "milliseconds a sentence"]
    print(markdown_table([header, *rows], "lrr"))


def measure(
    many: dict[str, Callable], one: dict[str, Callable], count: int
) -> dict[str, dict[str, float]]:
    """Medians over turns: of all lines, and of a single one."""
    lines = take_turns(many, TURNS)
    single = take_turns(one, CALLS)
    return {
        name: {
            "lines_per_second": count / lines[name].median,
            "milliseconds": 1000 * single[name].median,
        }
        for name in many
    }


if __name__ == "__main__":
    main()
