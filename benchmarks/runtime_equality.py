r"""Whether TensorFlow, onnxruntime and LiteRT translate the same, line by line.

    python -m benchmarks.runtime_equality FOLDER FILE [FILE ...] \
        --exported EXPORTED [EXPORTED ...] [--page]

FOLDER is a saved translator, EXPORTED what `export --format onnx` or `litert` made of
it. The first lines of each file, 1,000 or `--lines`, are translated by greedy search
and by a beam of 5 with its 5 best; tokens, texts and their order must be those of
TensorFlow, scores to 1e-4. With `--page` the page that was exported beside translates
in Chromium, the last 200 lines, in place of Python's runtime. Exit status 1 if
something differs. A model that was trained in half precision computes in float32 in
TensorFlow too, as it does where it was exported to.
"""

import contextlib
import dataclasses
import itertools
import sys
from typing import Any

from benchmarks.page_translator import in_browser
from benchmarks.runner import markdown_table, parser_of
from seq2seq_keras import Translator, runtime
from seq2seq_keras.data import read_lines
from seq2seq_keras.models import copy_model

SEARCHES: dict[str, dict[str, Any]] = {
    "greedy": {"beam_width": 1},
    "beam 5": {"beam_width": 5, "n_best": 5},
}
TOLERANCE = 1e-4
PAGE_LINES = 200


def compare(expected: list, found: list) -> tuple[list[str], float]:
    """The texts whose hypotheses differ; the largest difference of scores."""
    wrong, largest = [], 0.0
    for one, other in zip(expected, found, strict=True):
        mine, theirs = (
            [(h.text, h.tokens) for h in each.hypotheses] for each in (one, other)
        )
        if mine != theirs:
            wrong.append(one.source)
            continue
        pairs = zip(one.hypotheses, other.hypotheses, strict=True)
        largest = max(largest, *(abs(a.score - b.score) for a, b in pairs))
    return wrong, largest


def in_float32(translator: Translator) -> Translator:
    """A translator that computes in float32."""
    model = copy_model(translator.model, precision="float32")
    tokenizers = translator.source_tokenizer, translator.target_tokenizer
    search = dataclasses.asdict(translator.search)
    length = translator.max_source_length
    return Translator(model, *tokenizers, max_source_length=length, **search)


def main() -> int:
    """Compares, and returns the exit status."""
    parser = parser_of(__doc__)
    parser.add_argument("folder")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--exported", nargs="+", required=True)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    translator = in_float32(Translator.load(options.folder))
    with contextlib.ExitStack() as stack:
        if options.page:
            opened = {p: stack.enter_context(in_browser(p)) for p in options.exported}
            return compare_all(translator, opened, options, -PAGE_LINES)
        opened = {place: runtime.Translator.load(place) for place in options.exported}
        return compare_all(translator, opened, options, 0)


def compare_all(
    translator: Translator, exported: dict[str, Any], options: Any, start: int
) -> int:
    """Prints a table, and returns the exit status."""
    rows, fails = [], False
    for file in options.files:
        texts = list(itertools.islice(read_lines(file), options.lines))[start:]
        for name, search in SEARCHES.items():
            expected = translator.decode(texts, **search)
            for place, small in exported.items():
                wrong, score = compare(expected, small.decode(texts, **search))
                for text in wrong:
                    print(f"different in {place}: {text!r}", file=sys.stderr)
                fails |= bool(wrong) or score > TOLERANCE
                counts = str(len(texts)), str(len(wrong)), f"{score:.1e}"
                rows.append([file, name, place, *counts])
    header = ["texts", "search", "exported", "lines", "different", "scores by"]
    print(markdown_table([header, *rows], "lllrrr"))
    return int(fails)


if __name__ == "__main__":
    sys.exit(main())
