"""Whether TensorFlow and onnxruntime translate the same, line by line.

    python -m benchmarks.runtime_equality FOLDER EXPORTED FILE [FILE ...] [--page]

FOLDER is a saved translator, EXPORTED what `export --format onnx` made of it. Each line
of the files is translated by greedy search and by a beam of 5 with its 5 best, in both;
tokens, texts and their order must be equal, scores to 1e-4. With `--page` the page that
was exported beside translates in Chromium, the last 200 lines, in place of Python's
runtime. Exit status 1 if something differs.
"""

import itertools
import sys
from typing import Any

from benchmarks.page_translator import in_browser
from benchmarks.runner import markdown_table, parser_of
from seq2seq_keras import Translator, runtime
from seq2seq_keras.data import read_lines

SEARCHES: dict[str, dict[str, Any]] = {
    "greedy": {"beam_width": 1},
    "beam 5": {"beam_width": 5, "n_best": 5},
}
TOLERANCE = 1e-4
PAGE_LINES = 200


def compare(first: Any, second: Any, texts: list[str], search: dict) -> dict:
    """Counts the texts whose hypotheses differ; the largest difference of scores."""
    found = [each.decode(texts, **search) for each in (first, second)]
    wrong, largest = [], 0.0
    for one, other in zip(*found, strict=True):
        mine, theirs = (
            [(h.text, h.tokens) for h in each.hypotheses] for each in (one, other)
        )
        if mine != theirs:
            wrong.append(one.source)
            continue
        pairs = zip(one.hypotheses, other.hypotheses, strict=True)
        largest = max(largest, *(abs(a.score - b.score) for a, b in pairs))
    return {"texts": len(texts), "different": wrong, "score": largest}


def main() -> int:
    """Compares, and returns the exit status."""
    parser = parser_of(__doc__)
    parser.add_argument("folder")
    parser.add_argument("exported")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    first = Translator.load(options.folder)
    if options.page:
        with in_browser(options.exported) as second:
            return compare_all(first, second, options, -PAGE_LINES)
    return compare_all(first, runtime.Translator.load(options.exported), options, 0)


def compare_all(first: Any, second: Any, options: Any, start: int) -> int:
    """Prints a table, and returns the exit status."""
    rows, fails = [], False
    for file in options.files:
        texts = list(itertools.islice(read_lines(file), options.lines))[start:]
        for name, search in SEARCHES.items():
            found = compare(first, second, texts, search)
            for text in found["different"]:
                print(f"different: {text!r}", file=sys.stderr)
            fails |= bool(found["different"]) or found["score"] > TOLERANCE
            count, score = len(found["different"]), f"{found['score']:.1e}"
            rows.append([file, name, str(found["texts"]), str(count), score])
    header = ["texts", "search", "lines", "different", "largest difference of scores"]
    print(markdown_table([header, *rows], "llrrr"))
    return int(fails)


if __name__ == "__main__":
    sys.exit(main())
