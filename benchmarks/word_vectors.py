"""Every method of word vectors on one text: size, time, correlations, neighbours.

    python benchmarks/word_vectors.py          # measures and prints, about 5 minutes
    python benchmarks/word_vectors.py --table  # the table measured before

The text is the English of Multi30k's training captions (as tokenized there) and, each
sentence once, that of Tatoeba's pairs with French and Korean, lower-cased and cut by
`WordTokenizer`; SEQ2SEQ_KERAS_DATA names its folder. Of all options only GloVe's
learning rate was tuned, with its scores on both lists of word pairs in view; the others
are the libraries' or the papers'. One of the 353 pairs of WordSim is of a word with
itself. The numbers go to benchmarks/results/word_vectors.json.
"""

import functools
import math
import os
import pathlib
import time
from collections.abc import Callable

import seq2seq_keras as s2s
from benchmarks.runner import markdown_table, run_rows
from seq2seq_keras import vectors

SHOWN = ["man", "dog", "street", "red", "running"]
PREDICTING = {"window": 10, "epochs": 20}
METHODS: dict[str, tuple[Callable[..., s2s.WordVectors], dict]] = {
    "one-hot": (vectors.one_hot, {}),
    "document-term": (vectors.document_term_matrix, {}),
    "TF-IDF": (vectors.tf_idf, {}),
    "LSA": (vectors.lsa, {"dimensions": 100}),
    "Word2Vec, CBOW": (vectors.word2vec, {"algorithm": "cbow", **PREDICTING}),
    "Word2Vec, skip-gram": (vectors.word2vec, PREDICTING),
    "FastText, skip-gram": (vectors.fasttext, PREDICTING),
    "GloVe": (vectors.glove, {}),
}


class AlreadyCut:
    """In the place of a tokenizer, for texts that are lists of words."""

    def split(self, texts: list[list[str]]) -> list[list[str]]:
        """Returns the texts."""
        return texts


@functools.cache
def read_sentences() -> list[list[str]]:
    """The sentences of the text, each a list of words."""
    data = pathlib.Path(os.environ["SEQ2SEQ_KERAS_DATA"])
    captions = data / "multi30k" / "train.lc.norm.tok.en"
    texts = captions.read_text(encoding="utf-8").split("\n")[:-1]
    for name in ("eng-fra", "eng-kor"):
        pairs = s2s.read_pairs(data / "tatoeba" / f"{name}.tsv")
        texts += list(dict.fromkeys(pairs.source))
    return s2s.WordTokenizer.fit(texts[:1], lowercase=True).split(texts)


def measure(method: str) -> dict:
    """Size, time, correlations and neighbours of a method."""
    sentences = read_sentences()
    make, options = METHODS[method]
    start = time.perf_counter()
    made = make(sentences, tokenizer=AlreadyCut(), min_frequency=2, **options)
    seconds = time.perf_counter() - start
    description = made.describe()
    sparse = description.sparse_bytes < description.dense_bytes
    row = {
        "options": options,
        "tokens": sum(map(len, sentences)),
        "words": len(made),
        "dimensions": made.dimensions,
        "zeros": description.zeros,
        "megabytes": (description.sparse_bytes if sparse else description[3]) / 1e6,
        "dense_megabytes": description.dense_bytes / 1e6,
        "seconds": seconds,
        "largest_similarity": max(
            near[0].similarity for near in made.most_similar(SHOWN, 1)
        ),
        "neighbours": {
            word: [near.word for near in found]
            for word, found in zip(SHOWN, made.most_similar(SHOWN, 5), strict=True)
        },
    }
    for test in ("wordsim353", "simlex999"):
        row[test] = vectors.evaluate_similarity(made, test)._asdict()
    if not sparse:
        row["google"] = vectors.evaluate_analogies(made)._asdict()
    return row


def table(results: dict) -> str:
    """The methods in Markdown."""
    heads = ["method", "dimensions", "MB", "seconds", "WordSim-353", "SimLex-999"]
    lines = [[*heads, *SHOWN]]
    for method, row in results.items():
        near = [", ".join(row["neighbours"][word]) for word in SHOWN]
        if row["largest_similarity"] == 0:
            near = ["all 0"] * len(SHOWN)
        size = f"{row['megabytes']:.1f}"
        if row["megabytes"] < row["dense_megabytes"]:
            size += f" (dense {row['dense_megabytes']:,.0f})"
        cells = [method, f"{row['dimensions']:,}", size, f"{row['seconds']:.1f}"]
        cells += [correlation(row[test]) for test in ("wordsim353", "simlex999")]
        lines.append([*cells, *near])
    row = next(iter(results.values()))
    tests = (row["wordsim353"], row["simlex999"])
    covered = " and ".join(f"{t['covered']} of {t['pairs']}" for t in tests)
    about = f"{row['tokens']:,} tokens, {row['words']:,} words; {covered} pairs."
    return f"{markdown_table(lines, 'lrrr')}\n\n{about}"


def correlation(test: dict) -> str:
    """A correlation with its interval."""
    if math.isnan(test["spearman"]):
        return "undefined"
    return f"{test['spearman']:.3f} [{test['low']:.3f}, {test['high']:.3f}]"


if __name__ == "__main__":
    run_rows(__doc__, [*METHODS], measure, table, "word_vectors")
