"""Beam search against greedy search, and against Joey NMT's beam search.

    SEQ2SEQ_KERAS_DATA=... python benchmarks/beam_search_speed.py [--output FILE]

Both toolkits train a model of the same sizes on the same tokens (captions of Multi30k,
English to German), with as many updates of as many sentences, and translate the same
1,000 test sentences, lines of text to lines of text. The runs take turns. Joey NMT
lives in an environment of its own, made in the cache folder, where the trained models
are kept too. It gets the batch size that suits it best, tried out before, and also
sentences sorted by length, which it does not do by itself and we do.
"""

import argparse
import hashlib
import json
import math
import os
import pathlib
import re
import statistics
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
import yaml
from sacrebleu.metrics import BLEU

import seq2seq_keras as s2s
from benchmarks.runner import Peer, markdown_table, parser_of, take_turns
from seq2seq_keras.evaluation import versions

BATCH, MAX_LENGTH, WIDTH, SEED = 64, 50, 5, 0
MODEL = {"units": 256, "embedding_dim": 256, "dropout": 0.2}
LEARNING_RATE, CLIP = 1e-3, 1.0
JOEY_BATCHES = (32, 64, 128, 256)
TEST = "test_2016_flickr"
JOEY = ("joeynmt==2.3.0", "importlib_metadata")
Way = Callable[[], list[str]]


def main() -> None:
    """Trains what is not trained yet, measures, prints."""
    parser = parser_of(__doc__)
    cache = pathlib.Path("~/.cache/seq2seq_keras").expanduser()
    parser.add_argument("--cache", type=pathlib.Path, default=cache)
    for name, default in (("epochs", 2), ("repeats", 5), ("threads", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--output", type=pathlib.Path)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    data = pathlib.Path(os.environ["SEQ2SEQ_KERAS_DATA"], "multi30k")
    pairs = {part: read(data, part) for part in ("train", "val", TEST)}
    options.updates = options.epochs * math.ceil(len(pairs["train"].source) / BATCH)
    translator = train_ours(options, pairs["train"])
    joey = start_joey(options, pairs, translator)
    ways = {**our_ways(translator, pairs[TEST].source), **joey_ways(joey)}
    results = take_turns(ways, options.repeats)
    report = write_report(options, results, pairs[TEST].target, translator, joey)
    joey.close()
    print(report)
    if options.output:
        options.output.write_text(report, encoding="utf-8")


def read(data: pathlib.Path, part: str) -> s2s.Pairs:
    """The pairs of a part."""
    return s2s.read_pairs(*(data / f"{part}.lc.norm.tok.{s}" for s in ("en", "de")))


def cached(options: argparse.Namespace, name: str, *made_of: object) -> str:
    """A name for a model that changes with what it was made of."""
    what = json.dumps(
        [*made_of, MODEL, LEARNING_RATE, CLIP, BATCH, SEED, options.updates]
    )
    return f"{name}-{hashlib.sha256(what.encode()).hexdigest()[:8]}"


def train_ours(options: argparse.Namespace, pairs: s2s.Pairs) -> s2s.Translator:
    """Our translator, from the cache if it is there."""
    folder = options.cache / cached(options, "seq2seq_keras")
    if (folder / "config.json").exists():  # written last
        return s2s.Translator.load(folder)
    keras.utils.set_random_seed(SEED)
    tokenizers = [
        s2s.WordTokenizer.fit(side, min_frequency=2)
        for side in (pairs.source, pairs.target)
    ]
    model = s2s.build_model(
        *(tokenizer.vocabulary_size for tokenizer in tokenizers),
        **MODEL,
        cell="gru",
        bidirectional=True,
        bridge="dense",
        attention="luong",
        attention_score="general",
        input_feeding=True,
    )
    s2s.compile_model(model, learning_rate=LEARNING_RATE, global_clipnorm=CLIP)
    dataset = s2s.make_dataset(pairs, *tokenizers, batch_size=BATCH, seed=SEED)
    model.fit(dataset, epochs=options.epochs, shuffle=False, verbose=2)
    assert int(model.optimizer.iterations) == options.updates
    translator = s2s.Translator(model, *tokenizers, max_length=MAX_LENGTH)
    translator.save(folder)
    return translator


def start_joey(
    options: argparse.Namespace, pairs: dict[str, s2s.Pairs], translator: s2s.Translator
) -> Peer:
    """Joey NMT with the tokens of our tokenizers, parted by spaces."""
    folder = options.cache / cached(options, "tokens")
    folder.mkdir(parents=True, exist_ok=True)
    for part, both in pairs.items():
        for language, texts, tokenizer in (
            ("en", both.source, translator.source_tokenizer),
            ("de", both.target, translator.target_tokenizer),
        ):
            lines = [
                b" ".join(tokens).decode()
                for tokens in tokenizer.split_to_ragged(texts).to_list()
            ]
            text = "".join(f"{line}\n" for line in lines)
            (folder / f"{part}.{language}").write_text(text, encoding="utf-8")
    script = pathlib.Path(__file__).with_name("joeynmt_runner.py")
    config = yaml.safe_load(script.with_name("joeynmt.yaml").read_text("utf-8"))
    config["data"] |= {"train": str(folder / "train"), "dev": str(folder / "val")}
    config["training"]["epochs"] = options.epochs
    name, sources = cached(options, "joeynmt", config), folder / f"{TEST}.en"
    words = ["--threads", str(options.threads), "--sources", str(sources)]
    joey = Peer(script, JOEY, options.cache, name, config, words)
    sizes = [
        tokenizer.vocabulary_size
        for tokenizer in (translator.source_tokenizer, translator.target_tokenizer)
    ]
    assert joey.about["vocabulary_sizes"] == sizes, "the tokens differ"
    assert joey.about["updates"] == options.updates, "the updates differ"
    return joey


def our_ways(translator: s2s.Translator, sources: list[str]) -> dict[tuple, Way]:
    """Our searches by name."""

    def way(**search: Any) -> Way:
        return lambda: translator.translate(sources, batch_size=BATCH, **search)

    # Joey NMT's `beam_alpha` is the length penalty of GNMT.
    beam = {"length_normalization": "gnmt", "length_penalty": 1.0}
    return {
        ("seq2seq_keras", "greedy", BATCH): way(beam_width=1),
        ("seq2seq_keras", f"width {WIDTH}", BATCH): way(beam_width=WIDTH, **beam),
    }


def joey_ways(joey: Peer) -> dict[tuple, Way]:
    """Joey NMT's searches by name, each with the batch size that suits it best."""

    def way(**request: int) -> Way:
        return lambda: [re.sub(" ?￭ ?", "", text) for text in joey.ask(**request)]

    ways = {}
    for beam_width, search in ((1, "greedy"), (WIDTH, f"width {WIDTH}")):
        for by_length in (False, True):
            request = {"beam_width": beam_width, "by_length": by_length}
            tried = {size: way(batch_size=size, **request) for size in JOEY_BATCHES}
            timings = take_turns(tried, repeats=1)
            best = min(tried, key=lambda size: timings[size].median)
            name = f"{search}, sorted" if by_length else search
            ways["Joey NMT", name, best] = tried[best]
    return ways


def write_report(
    options: argparse.Namespace,
    results: dict,
    references: list[str],
    translator: s2s.Translator,
    joey: Peer,
) -> str:
    """The figures with their protocol, in Markdown."""
    bleu = BLEU(tokenize="none", force=True)
    rates = {}
    heads = ["toolkit", "search", "batch", "sentences/s", "words/s", "seconds"]
    rows = [[*heads, "words", "cut off", "BLEU"]]
    for (toolkit, search, batch_size), timing in results.items():
        rate = rates[toolkit, search] = len(references) / timing.median
        lengths = [len(text.split()) for text in timing.result]
        score = bleu.corpus_score(timing.result, [references]).score
        least, most = min(timing.seconds), max(timing.seconds)
        rows.append(
            [
                *(toolkit, search, str(batch_size), f"{rate:.0f}"),
                f"{rate * statistics.mean(lengths):.0f}",
                f"{timing.median:.2f} ({least:.2f} to {most:.2f})",
                f"{statistics.mean(lengths):.1f}",
                str(sum(length >= MAX_LENGTH for length in lengths)),
                f"{score:.1f}",
            ]
        )
    beam, about = f"width {WIDTH}", joey.about
    ours = rates["seq2seq_keras", beam]
    used = {**versions(), **{name: about[name] for name in ("joeynmt", "torch")}}
    sizes = " and ".join(f"{size:,}" for size in about["vocabulary_sizes"])
    return f"""# Beam search speed

`python benchmarks/beam_search_speed.py`: Multi30k, English to German, {TEST}, \
{len(references):,} sentences, words (vocabularies of {sizes}); bidirectional GRU, \
{MODEL["units"]} units, Luong attention with input feeding, {options.updates:,} \
updates of {BATCH} sentences, at most {MAX_LENGTH} tokens, GNMT length penalty 1, \
seed {SEED}. Parameters: {translator.model.count_params():,} (ours), \
{about["parameters"]:,} (Joey NMT). Text to text, without loading, after a warm-up; \
median (least to most) of {options.repeats} runs that took turns; {options.threads} \
threads of {os.cpu_count()} cores. Joey NMT's batch size is the fastest of \
{", ".join(map(str, JOEY_BATCHES))}; ours was not chosen. Sorted: by length \
beforehand, within the time, as ours are.

{", ".join(" ".join(each) for each in used.items())}. \
BLEU: {bleu.get_signature()}.

{markdown_table(rows)}

- Width {WIDTH} over greedy search, ours: \
{rates["seq2seq_keras", "greedy"] / ours:.2f} times the time.
- Ours over Joey NMT, width {WIDTH}: {ours / rates["Joey NMT", beam]:.2f} times \
as many sentences a second; \
{ours / rates["Joey NMT", f"{beam}, sorted"]:.2f} with its sentences sorted.
"""


if __name__ == "__main__":
    main()
