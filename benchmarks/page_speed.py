"""How long a page without a server takes: to start, and for a sentence.

    python -m benchmarks.page_speed EXPORTED FILE

EXPORTED is what `export --format onnx --page` wrote. It is opened in Chromium, which
gets its files at once: the start is from there to the first translation, with a beam of
4. Then the lines of FILE are translated one by one, in the page and by Python's runtime
on one thread, in turns; each number is the median of the turns.
"""

import statistics
import time

from benchmarks.page_translator import in_browser
from benchmarks.runner import (
    RESULTS,
    environment,
    markdown_table,
    parser_of,
    take_turns,
    write_json,
)
from seq2seq_keras import runtime
from seq2seq_keras.data import read_lines

SEARCHES = {"greedy": {"beam_width": 1}, "beam of 5": {"beam_width": 5, "n_best": 5}}
STARTS, TURNS = 3, 3


def main() -> None:
    """Measures, keeps the numbers and prints a table."""
    parser = parser_of(__doc__)
    parser.add_argument("exported")
    parser.add_argument("file")
    parser.add_argument("--lines", type=int, default=100)
    options = parser.parse_args()
    texts = list(read_lines(options.file))[: options.lines]
    starts = [start_seconds(options.exported, texts[0]) for _ in range(STARTS)]
    results = {"start": statistics.median(starts), "milliseconds": {}}
    small = runtime.Translator.load(options.exported, threads=1)
    with in_browser(options.exported) as page:
        for name, search in SEARCHES.items():
            # Bound now, not when the loop is over.
            ways = {
                "page": lambda search=search: page.decode(texts, **search),
                "runtime.Translator": lambda search=search: small.decode(
                    texts, batch_size=1, **search
                ),
            }
            results["milliseconds"][name] = {
                way: 1000 * timing.median / len(texts)
                for way, timing in take_turns(ways, TURNS).items()
            }
    write_json(RESULTS / "page_speed.json", {**results, "environment": environment()})
    print(f"start: {results['start']:.1f} s")
    rows = [
        [name, *(f"{value:.1f}" for value in each.values())]
        for name, each in results["milliseconds"].items()
    ]
    header = ["milliseconds a sentence", "page", "runtime.Translator, 1 thread"]
    print(markdown_table([header, *rows], "lrr"))


def start_seconds(folder: str, text: str) -> float:
    """From a browser that is there to the first translation."""
    with in_browser(folder) as page:
        start = time.perf_counter()
        page.open()
        page.decode([text], beam_width=4, n_best=4)
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
