"""Beam search against greedy search, and against Joey NMT's beam search.

    SEQ2SEQ_KERAS_DATA=... python benchmarks/beam_search_speed.py [--output FILE]

Both toolkits train the same sizes on the same tokenized captions (Multi30k, English to
German) with the same batches and number of epochs, and translate the same 1,000 test
sentences, lines of text to lines of text. The runs take turns, and of each the median
counts. Joey NMT lives in an environment of its own, which is made in the cache folder;
trained models are kept there too.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import keras
import tensorflow as tf
import yaml
from sacrebleu.metrics import BLEU

import seq2seq_keras as s2s

UNITS, EMBEDDING, BATCH, MAX_LENGTH, WIDTH, SEED = 256, 256, 64, 50, 5, 0
LEARNING_RATE, DROPOUT, CLIP = 1e-3, 0.2, 1.0
RUNNER = pathlib.Path(__file__).with_name("joeynmt_runner.py")
JOEY = ("joeynmt==2.3.0", "importlib_metadata")


def main():
    """Trains what is not trained yet, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    cache = pathlib.Path("~/.cache/seq2seq_keras").expanduser()
    parser.add_argument("--cache", type=pathlib.Path, default=cache)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=pathlib.Path)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    data = pathlib.Path(os.environ["SEQ2SEQ_KERAS_DATA"], "multi30k")
    joey = JoeyNmt(options, data)
    translator = train_ours(options, data)
    sources, references = read(data, "test_2016_flickr")
    results = measure(options, translator, joey, sources)
    report = table(options, results, references, translator, joey)
    print(report)
    if options.output:
        options.output.write_text(report, encoding="utf-8")


def read(data, part):
    """The lines of both languages."""
    return [
        [
            line
            for line in (data / f"{part}.lc.norm.tok.{language}")
            .read_text(encoding="utf-8")
            .split("\n")
            if line
        ]
        for language in ("en", "de")
    ]


def train_ours(options, data):
    """Our translator, from the cache if it is there."""
    folder = options.cache / f"multi30k-{options.epochs}"
    if folder.exists():
        return s2s.Translator.load(folder)
    keras.utils.set_random_seed(SEED)
    pairs = s2s.read_pairs(
        *(data / f"train.lc.norm.tok.{side}" for side in ("en", "de"))
    )
    tokenizers = [
        s2s.WordTokenizer.fit(side, min_frequency=2)
        for side in (pairs.source, pairs.target)
    ]
    model = s2s.build_model(
        *(tokenizer.vocabulary_size for tokenizer in tokenizers),
        cell="gru",
        units=UNITS,
        embedding_dim=EMBEDDING,
        bidirectional=True,
        bridge="dense",
        attention="luong",
        input_feeding=True,
        dropout=DROPOUT,
    )
    s2s.compile_model(model, learning_rate=LEARNING_RATE, clip_norm=CLIP)
    dataset = s2s.make_dataset(pairs, *tokenizers, batch_size=BATCH, seed=SEED)
    model.fit(dataset, epochs=options.epochs, shuffle=False, verbose=2)
    translator = s2s.Translator(model, *tokenizers, max_length=MAX_LENGTH)
    translator.save(folder)
    return translator


class JoeyNmt:
    """Joey NMT in an environment and processes of its own."""

    def __init__(self, options, data):
        self.options = options
        self.folder = options.cache / f"joeynmt-multi30k-{options.epochs}"
        self.python = options.cache / "joeynmt" / "bin" / "python"
        self.config = self.folder.with_suffix(".yaml")
        self.sources = data / "test_2016_flickr.lc.norm.tok.en"
        if not self.python.exists():
            environment = self.python.parents[1]
            subprocess.run([sys.executable, "-m", "venv", environment], check=True)
            command = [self.python, "-m", "pip", "install", "-q", *JOEY]
            subprocess.run(command, check=True)
        if not list(self.folder.glob("*.ckpt")):
            self.config.write_text(yaml.safe_dump(self.configuration(data)))
            self.run("train", self.config)

    def run(self, *arguments):
        """Runs a command of the runner; returns what it printed."""
        command = [self.python, RUNNER, *arguments, "--threads", self.options.threads]
        result = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True
        )
        if result.returncode:
            raise RuntimeError(result.stderr)
        return result.stdout

    def time(self, beam_width):
        """Translates the test sentences once, after warming up once."""
        options = ["--beam_width", beam_width, "--repeats", 1]
        output = self.run("time", self.config, self.sources, *options)
        return json.loads(output.partition("RESULT ")[2])

    def configuration(self, data):
        """The model and the training of `train_ours`, in Joey's words."""

        def side(language):
            return {
                "lang": language,
                "level": "word",
                "lowercase": False,
                "max_length": 100,
                "voc_min_freq": 2,
            }

        embeddings = {"embedding_dim": EMBEDDING, "dropout": DROPOUT}
        shared = {"type": "recurrent", "rnn_type": "gru", "num_layers": 1}
        shared |= {"embeddings": embeddings, "dropout": DROPOUT}
        return {
            "name": "multi30k",
            "joeynmt_version": "2.3.0",
            "model_dir": str(self.folder),
            "use_cuda": False,
            "fp16": False,
            "random_seed": SEED,
            "data": {
                "train": str(data / "train.lc.norm.tok"),
                "dev": str(data / "val.lc.norm.tok"),
                "dataset_type": "plain",
                "src": side("en"),
                "trg": side("de"),
            },
            "testing": {
                "n_best": 1,
                "beam_size": WIDTH,
                "beam_alpha": 1.0,
                "batch_size": BATCH,
                "batch_type": "sentence",
                "max_output_length": MAX_LENGTH,
                "eval_metrics": ["bleu"],
            },
            "training": {
                "optimizer": "adam",
                "learning_rate": LEARNING_RATE,
                # A constant rate. Its "plateau" passes PyTorch an argument that is
                # gone.
                "scheduling": "exponential",
                "decrease_factor": 1.0,
                "clip_grad_norm": CLIP,
                "batch_size": BATCH,
                "batch_type": "sentence",
                "epochs": self.options.epochs,
                "validation_freq": 100_000,
                "logging_freq": 100,
                "normalization": "tokens",
                "shuffle": True,
                "keep_best_ckpts": 1,
            },
            "model": {
                # Joey gives each direction the size named here.
                "encoder": {**shared, "hidden_size": UNITS // 2, "bidirectional": True},
                "decoder": {
                    **shared,
                    "hidden_size": UNITS,
                    "attention": "luong",
                    "input_feeding": True,
                    "init_hidden": "bridge",
                },
            },
        }


def measure(options, translator, joey, sources):
    """Seconds and translations of each way, whose runs take turns."""
    searches = {
        "seq2seq_keras, greedy": {"beam_width": 1},
        f"seq2seq_keras, width {WIDTH}": {
            "beam_width": WIDTH,
            "length_normalization": "gnmt",
            "length_penalty": 1.0,
        },
    }
    results = {}
    for search in searches.values():
        translator.translate(sources, batch_size=BATCH, **search)  # traces
    for _ in range(options.repeats):
        for name, search in searches.items():
            start = time.perf_counter()
            translations = translator.translate(sources, batch_size=BATCH, **search)
            seconds = time.perf_counter() - start
            results.setdefault(name, ([], translations))[0].append(seconds)
        for name, width in (("greedy", 1), (f"width {WIDTH}", WIDTH)):
            timed = joey.time(width)
            entry = results.setdefault(f"Joey NMT, {name}", ([], timed["translations"]))
            entry[0].extend(timed["seconds"])
            joey.parameters, joey.torch = timed["parameters"], timed["torch"]
    return results


def table(options, results, references, translator, joey):
    """The figures with their protocol, in Markdown."""
    medians = {name: statistics.median(s) for name, (s, _) in results.items()}
    bleu = BLEU(tokenize="none", force=True)
    rows = []
    for name, (_, translations) in results.items():
        words = sum(len(text.split()) for text in translations) / len(translations)
        score = bleu.corpus_score(translations, [references]).score
        rows.append(
            f"| {name} | {medians[name]:.2f} | {len(references) / medians[name]:.0f} "
            f"| {words:.1f} | {score:.1f} |"
        )
    ours, greedy = f"seq2seq_keras, width {WIDTH}", "seq2seq_keras, greedy"
    theirs = f"Joey NMT, width {WIDTH}"
    return "\n".join(
        [
            "# Beam search speed",
            "",
            f"Multi30k test 2016, {len(references):,} sentences, English to German, "
            f"words; bidirectional GRU, {UNITS} units, Luong attention with input "
            f"feeding, {options.epochs} epochs, batches of {BATCH}, at most "
            f"{MAX_LENGTH} tokens, GNMT length penalty 1, seed {SEED}. Parameters: "
            f"{translator.model.count_params():,} (ours), {joey.parameters:,} (Joey "
            f"NMT). Median of {options.repeats} runs that took turns; "
            f"{options.threads} threads.",
            "",
            f"tensorflow {tf.__version__}, keras {keras.__version__}, joeynmt 2.3.0, "
            f"torch {joey.torch}, python {platform.python_version()}. "
            f"BLEU: {bleu.get_signature()}.",
            "",
            "| | seconds | sentences/s | words a sentence | BLEU |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
            f"Width {WIDTH} takes {medians[ours] / medians[greedy]:.2f} times as long "
            f"as greedy search, and translates {medians[theirs] / medians[ours]:.2f} "
            "times as many sentences a second as Joey NMT's beam search.",
            "",
        ]
    )


if __name__ == "__main__":
    main()
