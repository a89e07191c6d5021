"""Searching and loading word vectors, against gensim.

    python benchmarks/word_vector_speed.py search   # a minute
    python benchmarks/word_vector_speed.py loading  # about 5 minutes
    python benchmarks/word_vector_speed.py --table  # what was measured before

Search: the nearest words to 100 words among 200,000 random vectors of 300 numbers, and
among a million. Loading: 10,000 words of a GloVe file of 400,000 x 100, each time in a
process of its own, whose peak memory is compared with that before loading. The numbers
go to benchmarks/results/word_vector_speed.json.
"""

import pathlib
import tempfile
import time

import numpy as np

import seq2seq_keras as s2s
from benchmarks.runner import alone, markdown_table, run_rows, take_turns

SEARCHED, SEARCHED_DIMENSIONS, QUERIES, MILLION = 200_000, 300, 100, 1_000_000
LOADED, LOADED_DIMENSIONS, WANTED = 400_000, 100, 10_000


def measure_search() -> dict:
    """Seconds of a batch and of one query, for this package and for gensim."""
    from gensim.models import KeyedVectors

    generator = np.random.default_rng(0)
    shape = (MILLION, SEARCHED_DIMENSIONS)
    matrix = generator.standard_normal(shape, dtype="float32")
    words = [f"w{number}" for number in range(MILLION)]
    ours = s2s.WordVectors(words[:SEARCHED], matrix[:SEARCHED])
    theirs = KeyedVectors(SEARCHED_DIMENSIONS)
    theirs.add_vectors(words[:SEARCHED], matrix[:SEARCHED])
    large = s2s.WordVectors(words, matrix)
    asked = words[:: SEARCHED // QUERIES][:QUERIES]
    # The first run, which does not count, computes the lengths of the rows.
    timings = take_turns(
        {
            "seconds_batch": lambda: ours.most_similar(asked),
            "seconds_a_query": lambda: ours.most_similar(asked[0]),
            "seconds_gensim_one_by_one": lambda: [
                theirs.most_similar(w) for w in asked
            ],
            "million_seconds_a_query": lambda: large.most_similar(asked[0]),
            "million_seconds_batch": lambda: large.most_similar(asked),
        }
    )
    found = timings["seconds_batch"].result
    expected = timings["seconds_gensim_one_by_one"].result
    both = [
        pair
        for line, other in zip(found, expected, strict=True)
        for pair in zip(line, other, strict=True)
    ]
    return {
        "words": SEARCHED,
        "dimensions": SEARCHED_DIMENSIONS,
        "queries": QUERIES,
        "same_words": all(near.word == word for near, (word, _) in both),
        "largest_difference": max(abs(near.similarity - s) for near, (_, s) in both),
        **{name: timing.median for name, timing in timings.items()},
    }


def measure_loading() -> dict:
    """Seconds and memory of loading part of a GloVe file, each in its own process."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "glove.txt")
        write_glove_file(path)
        result: dict = {
            "words": LOADED,
            "dimensions": LOADED_DIMENSIONS,
            "wanted": WANTED,
        }
        result["file_megabytes"] = path.stat().st_size / 1e6
        for how in ("spread", "first", "gensim-spread", "gensim-first"):
            result[how] = alone(load_once, path, how)
            print(how, result[how], flush=True)
    return result


def write_glove_file(path: pathlib.Path) -> None:
    """A file of words with random numbers of five decimals, as those of GloVe."""
    numbers = np.random.default_rng(0).normal(0, 0.4, (1000, LOADED_DIMENSIONS))
    lines = [" ".join(f"{number:.5f}" for number in row) for row in numbers]
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"w{n} {lines[n % 1000]}\n" for n in range(LOADED))


def load_once(path: pathlib.Path, how: str) -> dict:
    """Loads the wanted words, first in the file or spread over it; returns the cost."""
    from gensim.models import KeyedVectors

    spread = {f"w{number}" for number in range(0, LOADED, LOADED // WANTED)}
    # Linux forgets the highest memory so far, which importing TensorFlow set.
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    start = time.perf_counter()
    if how == "spread":
        made = s2s.WordVectors.load(path, vocabulary=spread)
    elif how == "first":
        made = s2s.WordVectors.load(path, limit=WANTED)
    elif how == "gensim-first":
        made = KeyedVectors.load_word2vec_format(path, no_header=True, limit=WANTED)
    else:  # gensim has no choice of words: load all, then keep some
        whole = KeyedVectors.load_word2vec_format(path, no_header=True)
        made = KeyedVectors(LOADED_DIMENSIONS)
        names = sorted(spread)
        made.add_vectors(names, whole[names])
    seconds = time.perf_counter() - start
    peak = memory("VmHWM")
    assert len(made) == WANTED
    return {"seconds": seconds, "peak_megabytes": peak - before}


def memory(name: str) -> float:
    """Megabytes of this process: VmRSS for now, VmHWM at their highest."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


PARTS = {"search": measure_search, "loading": measure_loading}


def table(results: dict) -> str:
    """Names and values of each part in Markdown."""
    texts = []
    for part, numbers in results.items():
        lines = [
            [name.replace("_", " "), _words(each)] for name, each in numbers.items()
        ]
        texts.append(f"\n## {part}\n\n{markdown_table([['', ''], *lines], 'lr')}")
    return "\n".join(texts)


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{_words(each)} {name}" for name, each in value.items())
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    run_rows(__doc__, [*PARTS], lambda part: PARTS[part](), table, "word_vector_speed")
