# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 2 · Words become vectors
#
# **What it shows.** The whole ladder from sparse to dense: one-hot vectors, the
# document-term matrix, TF-IDF, LSA, Word2Vec, FastText, GloVe, and what a translator's own
# `Embedding` learns. What each costs, what each knows about meaning, and how cosine
# similarity tells.
#
# **What to know first.** Notebook 1; vectors, the dot product.
#
# **Papers.** Mikolov et al. 2013, [Efficient Estimation of Word Representations in Vector
# Space](https://arxiv.org/abs/1301.3781); Pennington et al. 2014,
# [GloVe](https://aclanthology.org/D14-1162/); Bojanowski et al. 2017, [Enriching Word Vectors
# with Subword Information](https://arxiv.org/abs/1607.04606).

# %%
# In Colab: uncomment the next line, run it, and restart the session.
# # %pip install --quiet "seq2seq_keras[jupyter]"
import os

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import keras
import numpy as np
import pandas as pd
from IPython.display import display

from seq2seq_keras import vectors

keras.utils.set_random_seed(0)
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))

# %% [markdown]
# ## The text
#
# The English captions of Multi30k: short sentences about what is seen on pictures. Where
# they cannot be had, the built-in phrasebook takes their place.

# %%
corpus = s2s.load_corpus("multi30k-tok/en-de", fallback="phrasebook/english-french")
texts = corpus.train.source[: 300 if FAST else None]
tokenizer = s2s.WordTokenizer.fit(texts)
wanted = ["man", "woman", "boy", "girl", "dog", "cat", "bird", "street", "city"]
wanted += ["park", "red", "blue", "running", "walking", "small", "large", "going", "is"]
words = [word for word in wanted if word in tokenizer.vocabulary]
print(f"{len(texts):,} texts, {tokenizer.vocabulary_size - 4:,} words; shown:", *words)

# %% [markdown]
# ## One-hot: every word a dimension of its own
#
# The simplest vector of a word is a single one at the word's place. What it costs:

# %%
one_hot = vectors.one_hot(texts, tokenizer=tokenizer)
print(one_hot.describe())

# %% [markdown]
# And what it knows: the cosine similarity of any two different words is 0. A man is as far
# from a woman as from a street.

# %%
display(
    s2s.plot_similarities(
        one_hot, words[:8], title="One-hot vectors: no two words are alike"
    )
)

# %% [markdown]
# ## Cosine similarity by hand
#
# The angle between two vectors, whatever their length:
#
# $$\cos(a, b) = \frac{a \cdot b}{\lVert a \rVert \, \lVert b \rVert}.$$

# %%
a, b = np.array([3.0, 4.0]), np.array([4.0, 3.0])
by_hand = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
by_package = vectors.cosine_similarity(a[None], b[None])
print("by hand:", by_hand, " by the package:", np.squeeze(by_package))

# %% [markdown]
# ## The document-term matrix: words that stand in the same texts
#
# Count how often each word stands in each text, and words have something in common:
# texts. TF-IDF weighs down those that stand everywhere, and scales each text to length
# 1. Between two words the weight cancels, since a cosine does not see how long a vector
# is; only the scaling of the texts changes their similarity. Both matrices are wide and
# nearly all zeros.

# %%
counted = vectors.document_term_matrix(texts, tokenizer=tokenizer)
weighed = vectors.tf_idf(texts, tokenizer=tokenizer)
print(counted.describe())
first, second = words[0], words[1]
print(f"similarity({first}, {second}):", end=" ")
print(f"counts {counted.similarity(first, second):.3f},", end=" ")
print(f"TF-IDF {weighed.similarity(first, second):.3f}")

# %% [markdown]
# ## Dense vectors
#
# Four ways to a short vector full of numbers. **LSA** keeps the strongest directions of
# the TF-IDF matrix (its singular value decomposition). **Word2Vec** learns to predict
# the words around a word. **FastText** does so with the pieces of words. **GloVe** fits
# the logarithm of how often two words stand near each other.

# %%
options = {"tokenizer": tokenizer, "dimensions": 10 if FAST else 100}
few = {"epochs": 1} if FAST else {}
dense = {
    "LSA": vectors.lsa(texts, **options),
    "Word2Vec": vectors.word2vec(texts, **options, **few),
    "FastText": vectors.fasttext(texts, **options, **few),
    "GloVe": vectors.glove(texts, **options, **few),
}
print(dense["Word2Vec"].describe())

# %%
known = [word for word in words if all(word in made for made in dense.values())]
shown = known[:6]
table = {
    name: [", ".join(n.word for n in made.most_similar(word, 4)) for word in shown]
    for name, made in dense.items()
}
with pd.option_context("display.max_colwidth", None):
    display(pd.DataFrame(table, index=shown))

# %% [markdown]
# Read the rows: which method finds words that could *replace* the word, and which finds
# words that stand *beside* it? Both are neighbours, of different kinds. Here Word2Vec
# and FastText tend to the first, GloVe to the second; LSA finds rare words that share a
# few captions.
#
# ## A word never seen
#
# FastText makes a word's vector from its n-grams of letters, so it has one for words, and
# misspellings, that training never saw. The others have nothing.

# %%
unseen = "streetz"
for name, made in dense.items():
    has_vector = unseen in made or made.compose is not None
    near = made.most_similar(unseen, 4) if has_vector else ()
    answer = [n.word for n in near] or "not known"
    print(f"{name:<9} {unseen}: {answer}")

# %% [markdown]
# ## A map of words
#
# A hundred dimensions on two: the principal components of the chosen words.

# %%
display(s2s.plot_vectors(dense["Word2Vec"], known, title="A map of words, Word2Vec"))

# %%
display(
    s2s.plot_similarities(
        dense["Word2Vec"], shown, title="Cosine similarities, Word2Vec"
    )
)

# %% [markdown]
# ## Do they agree with people?
#
# People have judged how alike two words are (WordSim-353). Spearman's correlation
# compares the ranking by people with that by cosine; pairs with a word that the text
# lacks are left out, and counted. Rows with different numbers of pairs cannot be
# compared: some methods leave out words seen only a few times. The text is small, so
# mind the intervals: where they overlap, it cannot rank the methods.

# %%
rows = {}
for name, made in {"TF-IDF": weighed, **dense}.items():
    result = vectors.evaluate_similarity(made)
    rows[name] = [result.spearman, result.low, result.high, result.covered]
display(
    pd.DataFrame(rows, index=["Spearman", "low", "high", "pairs covered"]).T.round(3)
)

# %% [markdown]
# ## What a translator's `Embedding` learns
#
# No method above is needed to train a translator: `Embedding` starts at random and
# learns what the task needs. The mean cosine similarity within some groups of words
# before and after, on the built-in English-French corpus:

# %%
train, validation, _ = s2s.load_corpus("phrasebook/english-french")
train = train[: 200 if FAST else 12_000]
tokenizers = s2s.WordTokenizer.fit(train.source), s2s.WordTokenizer.fit(train.target)
model = s2s.build_model(
    *(tokenizer.vocabulary_size for tokenizer in tokenizers),
    units=16 if FAST else 96,
    embedding_dim=48,
)
before = vectors.from_model(model, "source", tokenizers[0])
s2s.compile_model(model, learning_rate=4e-3)
dataset = s2s.make_dataset(train, *tokenizers)
model.fit(dataset, epochs=1 if FAST else 3, shuffle=False, verbose=0)
after = vectors.from_model(model, "source", tokenizers[0])
groups = {
    "adjectives": ["small", "short", "black", "expensive", "heavy", "light"],
    "people": ["student", "teacher", "doctor", "singer", "child", "neighbor"],
    "verbs": ["eats", "sees", "borrows", "buys", "sings", "reads"],
    "all words": before.words,
}


def mean_cosine(made, group):
    """The mean over all pairs of different words."""
    rows = np.stack([made.vector(word) for word in group if word in made])
    cosines = vectors.cosine_similarity(rows, rows)
    return cosines[~np.eye(len(rows), dtype=bool)].mean()


table = {
    name: [mean_cosine(made, group) for made in (before, after)]
    for name, group in groups.items()
}
display(pd.DataFrame(table, index=["before", "after"]).T.round(3))

# %% [markdown]
# At the start no group is more alike than any words are. Where its mean has risen, the
# *task* treats the words alike: `is` may be followed by any of the adjectives. It need
# not rise by much, since a translator has to tell words apart and not to find synonyms.
#
# ## Into the model
#
# Vectors made elsewhere can be the start of an `Embedding`. `matrix_for` puts each
# word's vector into the row that the tokenizer's vocabulary gives it, and reports what
# was found: as it is, `without marks` (`￭` taken off), `folded` (in other case),
# `composed` of its parts (FastText), or not at all and `filled` at random.

# %%
matrix, coverage = dense["Word2Vec"].matrix_for(tokenizers[0])
print(coverage)
started = s2s.build_model(
    *(tokenizer.vocabulary_size for tokenizer in tokenizers), source_embeddings=matrix
)
row = tokenizers[0].tokenize(shown[0])[0]
weights = started.get_layer("source_embedding").get_weights()[0]
print("row of", repr(shown[0]), "equal:", np.array_equal(weights[row], matrix[row]))

# %% [markdown]
# ## Three things to try
#
# 1. Ask for analogies: man is to woman as boy is to ... *Hint:*
#    `dense["Word2Vec"].analogy("man", "woman", "boy")`.
# 2. Load vectors that were trained on billions of words. *Hint:*
#    `s2s.WordVectors.load("glove.6B.zip", member="glove.6B.100d.txt",
#    vocabulary=tokenizer)` reads only what the vocabulary needs.
# 3. Look at all words at once. *Hint:* `vectors.export_projector(dense["Word2Vec"],
#    "projector")`, then `tensorboard --logdir projector`.
