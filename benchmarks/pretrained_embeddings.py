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
benchmarks/results/pretrained_embeddings.json, the picture to docs/pictures.
"""

import random
import statistics
import time
from typing import Any

import keras
import sacrebleu

import seq2seq_keras as s2s
from benchmarks.runner import ROOT, markdown_table, run_rows
from seq2seq_keras import vectors

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


def word_vectors(side: str, texts: list[str]) -> s2s.WordVectors:
    """Skip-gram vectors of a side of the corpus; made once and kept."""
    path = ROOT / "saved_models" / "pretrained_embeddings" / f"{side}.bin"
    if not path.is_file():
        tokenizer = s2s.WordTokenizer.fit(texts[:1])
        made = vectors.word2vec(
            texts, tokenizer=tokenizer, dimensions=DIMENSIONS, window=5, epochs=20
        )
        made.save(path)
    return s2s.WordVectors.load(path)


def embeddings(
    start: str, corpus: Any, tokenizers: list[s2s.WordTokenizer]
) -> tuple[dict, dict]:
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


def measure(name: str) -> dict:
    """Trains and tests one row."""
    start = name.split("-")[1]
    size, seed = map(int, name.split("-")[::2])
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
    validation = s2s.make_dataset(corpus.validation, *tokenizers, shuffle=False)
    started = time.perf_counter()
    history = model.fit(
        dataset,
        validation_data=validation,
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
        "bleu": score.score,
        "signature": str(bleu.get_signature()),
        "validation_perplexity": min(history),
        "epochs": len(history),
        "best_epoch": history.index(min(history)) + 1,
        "seconds": seconds,
        "covered": covered,
        "vocabulary": [tokenizer.vocabulary_size for tokenizer in tokenizers],
    }


def callbacks(start: str, epochs: int) -> list[keras.callbacks.Callback]:
    """Going back to the best epoch, and thawing after a sixth of the epochs."""
    best = keras.callbacks.EarlyStopping(
        monitor="val_perplexity", mode="min", patience=epochs, restore_best_weights=True
    )
    thaw = s2s.ThawEmbeddings(after_epochs=max(1, epochs // 6))
    return [best, thaw] if start == "thawed" else [best]


MEASURES = {
    "bleu": "BLEU, test_2016_flickr",
    "validation_perplexity": "perplexity, validation",
}


def table(results: dict) -> str:
    """Both measures by size and start in Markdown: the mean, the range of the seeds.

    A picture of them is drawn as well.
    """
    plot(results)
    texts = []
    for measured, label in MEASURES.items():
        lines = [[f"pairs (seeds): {label}", *STARTS]]
        for size in SIZES:
            cells = []
            for start in STARTS:
                scores = scores_of(results, size, start, measured)
                cell = f"{statistics.mean(scores):.2f}" if scores else ""
                if len(scores) > 1:
                    cell += f" ({min(scores):.2f} to {max(scores):.2f})"
                cells.append(cell)
            lines.append([f"{size:,} ({SEEDS[size]})", *cells])
        texts.append(markdown_table(lines, "lrrrr") + "\n")
    signatures = {result["signature"] for result in results.values()}
    return "\n".join([*texts, f"BLEU: {' '.join(sorted(signatures))}"])


def scores_of(results: dict, size: int, start: str, measured: str) -> list[float]:
    """A measure of all seeds that are done."""
    names = [f"{size}-{start}-{seed}" for seed in range(SEEDS[size])]
    return [results[name][measured] for name in names if name in results]


def plot(results: dict) -> None:
    """Draws the tables: a line for each start, a bar for the range of its seeds."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    for axes, measured in zip(figure.subplots(1, 2), MEASURES, strict=True):
        for number, start in enumerate(STARTS):
            _draw_start(axes, results, start, measured, shift=1.03 ** (number - 1.5))
        axes.set_xscale("log")
        axes.set_xticks(SIZES, [f"{size:,}" for size in SIZES])
        axes.minorticks_off()
        axes.set_xlim(SIZES[0] / 1.5, SIZES[-1] * 1.5)
        axes.set(xlabel="training pairs", title=MEASURES[measured])
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(PICTURE, dpi=110)


def _draw_start(
    axes: Any, results: dict, start: str, measured: str, shift: float
) -> None:
    scores = {size: scores_of(results, size, start, measured) for size in SIZES}
    done = [size for size in SIZES if scores[size]]
    means = [statistics.mean(scores[size]) for size in done]
    below = [mean - min(scores[s]) for mean, s in zip(means, done, strict=True)]
    above = [max(scores[s]) - mean for mean, s in zip(means, done, strict=True)]
    # A little apart, so that bars do not lie on each other.
    places = [size * shift for size in done]
    axes.errorbar(places, means, [below, above], marker=".", capsize=3, label=start)


if __name__ == "__main__":
    run_rows(__doc__, ROWS, measure, table, "pretrained_embeddings", once=True)
