"""Does it help to start from word vectors? Multi30k, English to German, by size.

    python benchmarks/pretrained_embeddings.py                # rows not done yet: hours
    python benchmarks/pretrained_embeddings.py 1000-frozen-0  # one row, done or not
    python benchmarks/pretrained_embeddings.py --table        # table and plot

A row is a size of the training set, a start of the embeddings and a seed:

- random: as `build_model` makes them;
- frozen, trained, thawed: from skip-gram vectors of all 29,000 captions of each
  language (no pairs are needed for that), which training leaves alone, changes, or
  changes after the first sixth of the epochs, rounded down. They are scaled to the
  deviation of random ones. Words that are too rare to have one are random, and stay
  so where the vectors are frozen.

Within a size all else is equal: the vocabulary is that of the pairs trained on, at
most its 8,000 commonest words; the model is a bidirectional LSTM with Luong attention;
the learning rate falls to zero along a cosine, and the epoch of the lowest validation
perplexity is tested by greedy search on test_2016_flickr (BLEU on the tokens of the
lower-cased files). Seeds differ in the start of the other weights and the order of the
batches; the pairs, the vectors and the words without one are those of seed 0 in all.
SEQ2SEQ_KERAS_DATA names the folder of the data. Numbers go to
benchmarks/results/pretrained_embeddings, the picture to docs/pictures.
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import time

import keras
import sacrebleu

import seq2seq_keras as s2s
from seq2seq_keras import vectors
from seq2seq_keras.files import write_text

ROOT = pathlib.Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "pretrained_embeddings"
PICTURE = ROOT / "docs" / "pictures" / "pretrained_embeddings.png"
SIZES = (1000, 3000, 10_000, 29_000)
STARTS = ("random", "frozen", "trained", "thawed")
# Small sets need more epochs, and more seeds, as their scores differ more.
EPOCHS = {1000: 18, 3000: 14, 10_000: 10, 29_000: 6}
BATCH_SIZES = {1000: 32, 3000: 32, 10_000: 64, 29_000: 64}
SEEDS = {1000: 3, 3000: 3, 10_000: 1, 29_000: 1}
ROWS = [
    f"{size}-{start}-{seed}"
    for size in SIZES
    for seed in range(SEEDS[size])
    for start in STARTS
]
DIMENSIONS, UNITS = 128, 256
LEARNING_RATE = 2e-3
VOCABULARY_SIZE = 8000


def word_vectors(side, texts):
    """Skip-gram vectors of a side of the corpus; made once and kept."""
    path = ROOT / "saved_models" / "pretrained_embeddings" / f"{side}.bin"
    if not path.is_file():
        tokenizer = s2s.WordTokenizer.fit(texts[:1])
        made = vectors.word2vec(
            texts, tokenizer=tokenizer, dimensions=DIMENSIONS, window=5, epochs=20
        )
        made.save(path)
    return s2s.WordVectors.load(path)


def embeddings(start, corpus, tokenizers):
    """The arguments of `build_model` for a start, and what the vectors cover."""
    if start == "random":
        return {"embedding_dim": DIMENSIONS}, {}
    options, covered = {}, {}
    sides = zip(("source", "target"), tokenizers, strict=True)
    for side, tokenizer in sides:
        made = word_vectors(side, getattr(corpus.train, side))
        matrix, coverage = made.matrix_for(tokenizer, deviation=1.0)
        options[f"{side}_embeddings"] = matrix
        options[f"freeze_{side}_embeddings"] = start != "trained"
        covered[side] = coverage.share
    return options, covered


def run_row(name):
    """Trains and tests one row; returns its numbers."""
    size, start, seed = name.split("-")
    size, seed = int(size), int(seed)
    epochs = EPOCHS[size]
    corpus = s2s.load_corpus("multi30k-tok/en-de")
    # Nested: the first thousand are among the first three thousand.
    order = random.Random(0).sample(range(len(corpus.train)), len(corpus.train))[:size]
    train = s2s.Pairs(
        [corpus.train.source[row] for row in order],
        [corpus.train.target[row] for row in order],
    )
    keras.utils.set_random_seed(seed)
    tokenizers = [
        s2s.WordTokenizer.fit(side, max_size=VOCABULARY_SIZE)
        for side in (train.source, train.target)
    ]
    options, covered = embeddings(start, corpus, tokenizers)
    model = s2s.build_model(
        *(tokenizer.vocabulary_size for tokenizer in tokenizers),
        units=UNITS,
        bidirectional=True,
        attention="luong",
        dropout=0.3,
        **options,
    )
    dataset = s2s.make_dataset(
        train, *tokenizers, batch_size=BATCH_SIZES[size], seed=seed
    )
    steps = epochs * int(dataset.cardinality())
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    s2s.compile_model(model, learning_rate=rate)
    started = time.perf_counter()
    history = model.fit(
        dataset,
        validation_data=s2s.make_dataset(corpus.validation, *tokenizers, shuffle=False),
        epochs=epochs,
        shuffle=False,
        verbose=2,
        callbacks=callbacks(start, epochs),
    ).history["val_perplexity"]
    seconds = time.perf_counter() - started
    translator = s2s.Translator(model, *tokenizers, max_length=60)
    bleu = sacrebleu.BLEU(tokenize="none", force=True)
    written = translator.translate(corpus.test.source)
    score = bleu.corpus_score(written, [corpus.test.target])
    return {
        "row": name,
        "bleu": score.score,
        "signature": str(bleu.get_signature()),
        "validation_perplexity": min(history),
        "epochs": len(history),
        "best_epoch": history.index(min(history)) + 1,
        "seconds": seconds,
        "covered": covered,
        "vocabulary": [tokenizer.vocabulary_size for tokenizer in tokenizers],
    }


def callbacks(start, epochs):
    """Going back to the best epoch, and thawing after a sixth of the epochs."""
    made = [
        keras.callbacks.EarlyStopping(
            monitor="val_perplexity",
            mode="min",
            patience=epochs,
            restore_best_weights=True,
        )
    ]
    if start == "thawed":
        from seq2seq_keras.training.thaw_embeddings import ThawEmbeddings

        made.append(ThawEmbeddings(after_epochs=max(1, epochs // 6)))
    return made


def read_results():
    """The numbers of the rows done so far, by name."""
    paths = {name: RESULTS / f"{name}.json" for name in ROWS}
    results = {
        name: json.loads(path.read_text(encoding="utf-8"))
        for name, path in paths.items()
        if path.is_file()
    }
    # Those of another protocol are to be run again.
    return {
        name: result
        for name, result in results.items()
        if result["epochs"] == EPOCHS[int(name.partition("-")[0])]
    }


MEASURES = {
    "bleu": "BLEU, test_2016_flickr",
    "validation_perplexity": "perplexity, validation",
}


def table(results):
    """Both measures by size and start in Markdown: the mean, the range of the seeds."""
    lines = []
    for measure, label in MEASURES.items():
        lines += [
            f"| pairs (seeds): {label} | " + " | ".join(STARTS) + " |",
            "| --- |" + " ---: |" * len(STARTS),
        ]
        for size in SIZES:
            cells = []
            for start in STARTS:
                scores = scores_of(results, size, start, measure)
                cell = f"{statistics.mean(scores):.2f}" if scores else ""
                if len(scores) > 1:
                    cell += f" ({min(scores):.2f} to {max(scores):.2f})"
                cells.append(cell)
            lines.append(f"| {size:,} ({SEEDS[size]}) | " + " | ".join(cells) + " |")
        lines.append("")
    signatures = {result["signature"] for result in results.values()}
    return "\n".join([*lines, f"BLEU: {' '.join(sorted(signatures))}"])


def scores_of(results, size, start, measure):
    """A measure of all seeds that are done."""
    names = [f"{size}-{start}-{seed}" for seed in range(SEEDS[size])]
    return [results[name][measure] for name in names if name in results]


def plot(results):
    """Draws the tables: a line for each start, a bar for the range of its seeds."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    for axes, measure in zip(figure.subplots(1, 2), MEASURES, strict=True):
        for number, start in enumerate(STARTS):
            _draw_start(axes, results, start, measure, shift=1.03 ** (number - 1.5))
        axes.set_xscale("log")
        axes.set_xticks(SIZES, [f"{size:,}" for size in SIZES])
        axes.minorticks_off()
        axes.set_xlim(SIZES[0] / 1.5, SIZES[-1] * 1.5)
        axes.set(xlabel="training pairs", title=MEASURES[measure])
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(PICTURE, dpi=110)


def _draw_start(axes, results, start, measure, shift):
    scores = {size: scores_of(results, size, start, measure) for size in SIZES}
    done = [size for size in SIZES if scores[size]]
    means = [statistics.mean(scores[size]) for size in done]
    below = [mean - min(scores[s]) for mean, s in zip(means, done, strict=True)]
    above = [max(scores[s]) - mean for mean, s in zip(means, done, strict=True)]
    # A little apart, so that bars do not lie on each other.
    places = [size * shift for size in done]
    axes.errorbar(places, means, [below, above], marker=".", capsize=3, label=start)


def main():
    """Parses the arguments and does what they say."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help="e.g. 1000-frozen-0")
    parser.add_argument("--table", action="store_true", help="only table and plot")
    arguments = parser.parse_args()
    if unknown := set(arguments.rows) - set(ROWS):
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    if not arguments.table:
        for name in arguments.rows or ROWS:
            if arguments.rows or name not in read_results():
                print(f"== {name}", flush=True)
                result = {**run_row(name), "cores": os.cpu_count()}
                text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
                write_text(RESULTS / f"{name}.json", text)
    if results := read_results():
        plot(results)
        print(table(results))


if __name__ == "__main__":
    main()
