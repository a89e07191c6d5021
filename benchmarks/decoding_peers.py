"""Greedy and beam search beside Joey NMT's and Marian's.

    SEQ2SEQ_KERAS_DATA=... python -m benchmarks.decoding_peers

The toolkits train models of like sizes on the same tokens (captions of Multi30k,
English to German), with as many updates of as many sentences, and translate the same
1,000 test sentences, lines of text to lines of text, in float32 on two threads. The
runs take turns. The others live in environments of their own, made in the cache folder,
where the trained models are kept too. Each of them gets the batch size that suits it
best, tried out before, and sentences sorted by length; ours are translated as a user
does who chooses nothing.
"""

import os
import pathlib
import re
import time
from collections.abc import Callable

from sacrebleu.metrics import BLEU

import seq2seq_keras as s2s
from benchmarks.decoding_models import MAX_LENGTH, TEST, Models
from benchmarks.runner import (
    RESULTS,
    Peer,
    environment,
    keep_to_cores,
    markdown_table,
    parser_of,
    read_json,
    spread,
    take_turns,
    write_json,
)

CORES, OURS = 2, "seq2seq_keras"
SEARCHES = {"greedy": 1, "beam 5": 5}
BATCH_SIZES = (32, 64, 128, 256)
PATH = RESULTS / "decoding_peers.json"
Way = Callable[[], list[str]]


def main() -> None:
    """Trains what is not trained yet, measures, prints."""
    parser = parser_of(__doc__)
    cache = pathlib.Path("~/.cache/seq2seq_keras").expanduser()
    parser.add_argument("--cache", type=pathlib.Path, default=cache)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--table", action="store_true", help="only show the results")
    options = parser.parse_args()
    if not options.table:
        write_json(PATH, measure(options.cache, options.repeats))
    print(table(read_json(PATH)))


def measure(cache: pathlib.Path, repeats: int) -> dict:
    """What each toolkit needs for the test set, and how good what it writes is."""
    keep_to_cores(CORES)
    data = pathlib.Path(os.environ["SEQ2SEQ_KERAS_DATA"], "multi30k")
    models = Models(data, cache)
    before, test = environment(), models.pairs[TEST]
    ways = our_ways(models.translator, test.source)
    for toolkit, peer in models.peers.items():
        ways |= peer_ways(toolkit, peer)
    timings = take_turns(ways, repeats)
    for peer in models.peers.values():
        peer.close()
    parameters = models.translator.model.count_params()
    abouts = {toolkit: peer.about for toolkit, peer in models.peers.items()}
    return {
        "environment": before,
        "sentences": len(test.target),
        "updates": models.updates,
        "toolkits": {OURS: {"parameters": parameters, "versions": {}}, **abouts},
        "rows": [
            {"toolkit": toolkit, "search": search, "batch_size": batch_size}
            | {"seconds": timing.seconds, "cpu_seconds": timing.cpu_seconds}
            | quality(timing.result, test.target)
            for (toolkit, search, batch_size), timing in timings.items()
        ],
    }


def our_ways(translator: s2s.Translator, sources: list[str]) -> dict[tuple, Way]:
    """Our searches, with no batch size chosen."""

    def way(width: int) -> Way:
        # The length penalty of Joey NMT's `beam_alpha`.
        beam = {"length_normalization": "gnmt", "length_penalty": 1.0}
        options = beam if width > 1 else {}
        return lambda: translator.translate(sources, beam_width=width, **options)

    return {(OURS, search, None): way(width) for search, width in SEARCHES.items()}


def peer_ways(toolkit: str, peer: Peer) -> dict[tuple, Way]:
    """Another toolkit's searches, each with the batch size that suits it best."""

    def way(**request: int) -> Way:
        return lambda: [re.sub(" ?￭ ?", "", text) for text in peer.ask(**request)]

    ways = {}
    for search, width in SEARCHES.items():
        tried = {size: way(beam_width=width, batch_size=size) for size in BATCH_SIZES}
        size = quickest(tried)
        ways[toolkit, search, size] = tried[size]
    return ways


def quickest(ways: dict[int, Way]) -> int:
    """The name of the way that takes the least time, each tried once."""
    seconds = {}
    for name, run in ways.items():
        start = time.perf_counter()
        run()
        seconds[name] = time.perf_counter() - start
    return min(seconds, key=seconds.__getitem__)


def quality(texts: list[str], references: list[str]) -> dict:
    """How long translations are, how many were cut off, and their BLEU."""
    lengths = [len(text.split()) for text in texts]
    bleu = BLEU(tokenize="none", force=True)
    return {
        "words": sum(lengths),
        "cut_off": sum(length >= MAX_LENGTH for length in lengths),
        "bleu": bleu.corpus_score(texts, [references]).score,
        "signature": str(bleu.get_signature()),
    }


def table(results: dict) -> str:
    """The measures in Markdown: each toolkit's, and ours over the others'."""
    heads = ["toolkit", "search", "batch", "sentences a second", "words a second"]
    heads += ["sentences a CPU-second", "words a sentence", "cut off", "BLEU"]
    lines, compared = [heads], [["ours over", "search", *heads[3:6]]]
    rows, count = results["rows"], results["sentences"]
    for row in rows:
        lines.append(
            [
                *(row["toolkit"], row["search"], str(row["batch_size"] or "default")),
                *(spread(speeds) for speeds in rates(row, count)),
                f"{row['words'] / count:.1f}",
                str(row["cut_off"]),
                f"{row['bleu']:.1f}",
            ]
        )
    ours = {row["search"]: row for row in rows if row["toolkit"] == OURS}
    for row in rows:
        if row["toolkit"] != OURS:
            pairs = zip(
                rates(ours[row["search"]], count), rates(row, count), strict=True
            )
            times = [
                spread([mine / its for mine, its in zip(*pair, strict=True)], 2)
                for pair in pairs
            ]
            compared.append([row["toolkit"], row["search"], *times])
    tables = (markdown_table(lines, "llrrrrrrr"), markdown_table(compared, "llrrr"))
    return "\n\n".join([*tables, about(results)])


def rates(row: dict, count: int) -> tuple[list[float], list[float], list[float]]:
    """Sentences a second, words a second, sentences a CPU-second of each run."""
    return (
        [count / seconds for seconds in row["seconds"]],
        [row["words"] / seconds for seconds in row["seconds"]],
        [count / seconds for seconds in row["cpu_seconds"]],
    )


def about(results: dict) -> str:
    """What was measured, where and with what."""
    machine, toolkits = results["environment"], results["toolkits"]
    used = dict(machine["versions"])
    for toolkit in toolkits.values():
        used |= toolkit["versions"]
    parameters = ", ".join(
        f"{toolkit['parameters']:,} ({name})" for name, toolkit in toolkits.items()
    )
    first = results["rows"][0]
    return (
        f"Multi30k, English to German, {TEST}, {results['sentences']:,} sentences, "
        f"words; GRUs of 256 units with attention, {results['updates']:,} updates; "
        f"parameters: {parameters}. Text to text, without loading, after a warm-up; "
        f"median (least to most) of {len(first['seconds'])} runs that took turns, on "
        f"{CORES} of {machine['machine']} ({', '.join(machine['features'])}), load "
        f"{machine['load_before']:.1f} before. The others' batch size is the quickest "
        f"of {', '.join(map(str, BATCH_SIZES))}, ours was not chosen. "
        f"{', '.join(' '.join(each) for each in used.items())}. "
        f"BLEU: {first['signature']}."
    )


if __name__ == "__main__":
    main()
