"""Describing a gzipped table, and pandas reading the same file.

    python benchmarks/describe_speed.py                  # ten million rows, an hour
    python benchmarks/describe_speed.py --rows 1000000   # a tenth of that
    python benchmarks/describe_speed.py --table          # what was measured before

The words of the table are as frequent as Zipf says, its sentences about as long as
captions, and one in twenty repeats another. `describe` does what the command does for
`--train TABLE.tsv.gz --validation OTHER.tsv`: it checks the file, fits two tokenizers
and counts, and so goes through it three times. pandas only reads it, once as a whole
and once in pieces. Each runs in a process of its own, whose peak memory is compared
with that after its imports. The numbers go to benchmarks/results/describe_speed.json.
"""

import concurrent.futures.process
import csv
import gzip
import pathlib
import resource
import tempfile
import time
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.runner import (
    RESULTS,
    alone,
    environment,
    markdown_table,
    parser_of,
    read_json,
    write_json,
)

ROWS, PIECE, TOLD = 10_000_000, 50_000, 1_000_000
WORDS, LENGTH, REPEATED = 50_000, 11, 0.05
VALIDATION = 1000
Row = tuple[str, str]


def main() -> None:
    """Makes the table, measures each way to go through it, prints."""
    parser = parser_of(__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--folder", type=pathlib.Path, help="of the table, while used")
    parser.add_argument("--table", action="store_true", help="only show the results")
    options = parser.parse_args()
    path = RESULTS / "describe_speed.json"
    if not options.table:
        measured = measure(options.rows, options.folder)
        write_json(path, {**read_json(path), f"{options.rows:,} rows": measured})
    for name, results in read_json(path).items():
        print(f"\n## {name}, {results['megabytes']:,.0f} MB\n\n{table(results)}")


def measure(rows: int, folder: pathlib.Path | None) -> dict:
    """Measures all ways, each in a process of its own."""
    results: dict = {"environment": environment()}
    with tempfile.TemporaryDirectory(dir=folder) as name:
        path, small = pathlib.Path(name, "t.tsv.gz"), pathlib.Path(name, "v.tsv.gz")
        alone(write_table, path, rows)
        alone(write_table, small, VALIDATION)
        results["megabytes"] = path.stat().st_size / 1e6
        for way in (describe, read_in_pieces, read_whole):
            print(f"== {way.__name__}", flush=True)
            try:
                results[way.__name__] = alone(measured, way, path, small, rows)
            except concurrent.futures.process.BrokenProcessPool:
                results[way.__name__] = None  # most likely out of memory
            print(results[way.__name__], flush=True)
    return results


def made_up_pairs(rows: int) -> Iterator[list[Row]]:
    """Sentence pairs, a piece at a time; the same for the same number of rows."""
    draw = np.random.default_rng(rows)
    letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
    lengths = draw.integers(2, 10, 2 * WORDS)
    spelled = ["".join(draw.choice(letters, length)) for length in lengths]
    sides = [np.array(spelled[:WORDS], object), np.array(spelled[WORDS:], object)]
    shares = np.cumsum(1 / np.arange(1, WORDS + 1))
    for start in range(0, rows, PIECE):
        count = min(PIECE, rows - start)
        lengths = draw.poisson(LENGTH - 1, count) + 1
        drawn = draw.random(lengths.sum()) * shares[-1]
        words = np.searchsorted(shares, drawn)
        parts = [
            [" ".join(row) for row in np.split(side[words], np.cumsum(lengths)[:-1])]
            for side in sides
        ]
        pairs = list(zip(*parts, strict=True))
        for row in np.flatnonzero(draw.random(count) < REPEATED).tolist():
            pairs[row] = pairs[row // 2]
        yield pairs


def write_table(path: pathlib.Path, rows: int) -> None:
    """Writes made-up pairs, a piece at a time."""
    done = 0
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as file:
        for pairs in made_up_pairs(rows):
            file.writelines("\t".join(pair) + "\n" for pair in pairs)
            done += len(pairs)
            if done % TOLD < len(pairs):
                print(f"{done:,} rows written", flush=True)


def measured(
    way: Callable[..., dict], path: pathlib.Path, small: pathlib.Path, rows: int
) -> dict:
    """What a way says of itself, its time and the memory of this process."""
    way(small, small, VALIDATION)  # imports what it takes
    before = peak()
    start = time.perf_counter()
    result = way(path, small, rows)
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "rows_per_second": rows / seconds,
        "megabytes_before": before,
        "megabytes_at_peak": peak(),
        **result,
    }


def peak() -> float:
    """The highest memory of this process until now, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def describe(path: pathlib.Path, small: pathlib.Path, rows: int) -> dict:
    """Describes the table, and returns the seconds of each part of it."""
    from seq2seq_keras import data, training

    config = data.DataOptions(train=[path], validation=[small], stream=True)
    times = [time.perf_counter()]
    found = training.load_training_pairs(config)
    times.append(time.perf_counter())

    def told(what: str) -> data.PairStream:
        return data.PairStream(lambda: tell(iter(found.train), what))

    tokenizers = training.fit_tokenizers(config, told("fitted"))
    times.append(time.perf_counter())
    report = data.describe_pairs(
        told("counted"),
        found.validation,
        source_tokenizer=tokenizers[0],
        target_tokenizer=tokenizers[1],
        max_source_length=config.max_source_length,
        max_target_length=config.max_target_length,
    )
    times.append(time.perf_counter())
    assert report.splits["training"].pairs == rows
    names = ("seconds_checking", "seconds_fitting", "seconds_counting")
    return dict(zip(names, np.diff(times).tolist(), strict=True))


def tell(pairs: Iterator[Row], what: str) -> Iterator[Row]:
    """Says how far it is."""
    for number, pair in enumerate(pairs, start=1):
        yield pair
        if number % TOLD == 0:
            print(f"{number:,} rows {what}, {peak():,.0f} MB", flush=True)


def read_in_pieces(path: pathlib.Path, _: pathlib.Path, rows: int) -> dict:
    """Reads the table with pandas, some rows at a time."""
    assert sum(map(len, _pandas(path, chunksize=PIECE))) == rows
    return {}


def read_whole(path: pathlib.Path, _: pathlib.Path, rows: int) -> dict:
    """Reads the table with pandas."""
    assert len(_pandas(path)) == rows
    return {}


def _pandas(path: pathlib.Path, **options: int):
    import pandas as pd

    return pd.read_csv(
        path,
        sep="\t",
        header=None,
        dtype=str,
        keep_default_na=False,
        quoting=csv.QUOTE_NONE,
        **options,
    )


def table(results: dict) -> str:
    """What was measured of a table, in Markdown."""
    heads = ["", "seconds", "rows a second", "MB after imports", "MB at peak"]
    lines = [heads]
    names = {
        "describe": "`describe`",
        "read_in_pieces": f"pandas, {PIECE:,} rows at a time",
        "read_whole": "pandas, as a whole",
    }
    for way, name in names.items():
        numbers = results[way]
        if numbers is None:
            lines.append([name, "ended", "", "", ""])
            continue
        cells = ("seconds", "rows_per_second", "megabytes_before", "megabytes_at_peak")
        lines.append([name, *(f"{numbers[cell]:,.0f}" for cell in cells)])
        for part in ("checking", "fitting", "counting"):
            if seconds := numbers.get(f"seconds_{part}"):
                lines.append([f"of which {part}", f"{seconds:,.0f}", "", "", ""])
    return markdown_table(lines, "lrrrr")


if __name__ == "__main__":
    main()
