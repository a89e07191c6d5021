"""Searching and loading word vectors, against gensim.

    python benchmarks/word_vector_speed.py search   # a minute
    python benchmarks/word_vector_speed.py loading  # about 5 minutes
    python benchmarks/word_vector_speed.py --table  # what was measured before

Search: the nearest words to 100 words among 200,000 random vectors of 300 numbers, and
among a million. Loading: 10,000 words of a GloVe file of 400,000 x 100, each time in a
process of its own, whose peak memory is compared with that before loading. The numbers
go to benchmarks/results/word_vectors.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import seq2seq_keras as s2s

RESULTS = pathlib.Path(__file__).parent / "results" / "word_vectors"
SEARCHED, SEARCHED_DIMENSIONS, QUERIES, MILLION = 200_000, 300, 100, 1_000_000
LOADED, LOADED_DIMENSIONS, WANTED = 400_000, 100, 10_000


def measure_search():
    """Seconds of a batch and of one query, for this package and for gensim."""
    from gensim.models import KeyedVectors

    generator = np.random.default_rng(0)
    shape = (MILLION, SEARCHED_DIMENSIONS)
    matrix = generator.standard_normal(shape, dtype="float32")
    words = [f"w{number}" for number in range(MILLION)]
    ours = s2s.WordVectors(words[:SEARCHED], matrix[:SEARCHED])
    theirs = KeyedVectors(SEARCHED_DIMENSIONS)
    theirs.add_vectors(words[:SEARCHED], matrix[:SEARCHED])
    asked = words[:: SEARCHED // QUERIES][:QUERIES]
    ours.most_similar(asked[:1])  # both compute the lengths of rows first
    theirs.most_similar(asked[0])
    seconds, found = timed(lambda: ours.most_similar(asked))
    alone, _ = timed(lambda: ours.most_similar(asked[0]))
    their_seconds, expected = timed(lambda: [theirs.most_similar(w) for w in asked])
    large = s2s.WordVectors(words, matrix)
    large.most_similar(asked[:1])
    large_alone, _ = timed(lambda: large.most_similar(asked[0]))
    large_batch, _ = timed(lambda: large.most_similar(asked))
    return {
        "words": SEARCHED,
        "dimensions": SEARCHED_DIMENSIONS,
        "queries": QUERIES,
        "same_words": all(
            [near.word for near in line] == [word for word, _ in other]
            for line, other in zip(found, expected, strict=True)
        ),
        "largest_difference": max(
            abs(near.similarity - score)
            for line, other in zip(found, expected, strict=True)
            for near, (_, score) in zip(line, other, strict=True)
        ),
        "seconds_batch": seconds,
        "seconds_a_query": alone,
        "seconds_gensim_one_by_one": their_seconds,
        "million_seconds_a_query": large_alone,
        "million_seconds_batch": large_batch,
    }


def timed(function):
    """Seconds that a function takes, the median of five, and what it returns."""
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def measure_loading():
    """Seconds and memory of loading part of a GloVe file, each in its own process."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "glove.txt")
        write_glove_file(path)
        command = [sys.executable, __file__, "--load", str(path)]
        result = {"words": LOADED, "dimensions": LOADED_DIMENSIONS, "wanted": WANTED}
        result["file_megabytes"] = path.stat().st_size / 1e6
        for how in ("spread", "first", "gensim-spread", "gensim-first"):
            output = subprocess.run(
                [*command, how], check=True, capture_output=True, text=True
            ).stdout
            result[how] = json.loads(output.splitlines()[-1])
            print(how, result[how], flush=True)
    return result


def write_glove_file(path):
    """A file of words with random numbers of five decimals, as those of GloVe."""
    numbers = np.random.default_rng(0).normal(0, 0.4, (1000, LOADED_DIMENSIONS))
    lines = [" ".join(f"{number:.5f}" for number in row) for row in numbers]
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"w{n} {lines[n % 1000]}\n" for n in range(LOADED))


def load_once(path, how):
    """Loads the wanted words, first in the file or spread over it; prints the cost."""
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
    print(json.dumps({"seconds": seconds, "peak_megabytes": peak - before}))


def memory(name):
    """Megabytes of this process: VmRSS for now, VmHWM at their highest."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


def plain_table(result):
    """Names and values in Markdown."""
    lines = ["| | |", "| --- | ---: |"]
    for name, value in result.items():
        if isinstance(value, dict):
            value = ", ".join(f"{number:.1f} {key}" for key, number in value.items())
        elif isinstance(value, float):
            value = f"{value:.3g}"
        lines.append(f"| {name.replace('_', ' ')} | {value} |")
    return "\n".join(lines)


PARTS = {
    "search": measure_search,
    "loading": measure_loading,
}


def main():
    """Parses the arguments and does what they say."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--table", action="store_true", help="only print the tables")
    parser.add_argument("--load", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.load:
        load_once(*arguments.load)
        return
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(
            f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}"
        )
    for name in () if arguments.table else arguments.parts or PARTS:
        result = PARTS[name]()
        result["cores"] = os.cpu_count()
        result["load_before"] = os.getloadavg()[0]
        result["python"] = platform.python_version()
        RESULTS.mkdir(parents=True, exist_ok=True)
        text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
        (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
    for name in PARTS:
        path = RESULTS / f"{name}.json"
        if path.is_file():
            print(f"\n## {name}\n")
            print(plain_table(json.loads(path.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
