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
# # 5 · The context vector
#
# **What it shows.** Between encoder and decoder stands one vector, the encoder's last
# state. Sentences become points: those of one pattern lie close together, one changed
# word moves the point. And the vector is a bottleneck: the longer the source, the less
# of it comes through. What helps, and how much, is measured over three seeds.
#
# **What to know first.** Notebooks 1 and 2: the two modules, cosine similarity.
#
# **Papers.** Sutskever et al. 2014, [Sequence to Sequence Learning with Neural
# Networks](https://arxiv.org/abs/1409.3215); Cho et al. 2014, [On the Properties of
# Neural Machine Translation](https://arxiv.org/abs/1409.1259), and [Learning Phrase
# Representations using RNN Encoder-Decoder](https://arxiv.org/abs/1406.1078) (the
# context at each step).

# %%
# In Colab: uncomment the next line, run it, and restart the session.
# # %pip install --quiet "seq2seq_keras[jupyter]"
import os
import random

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA

keras.utils.set_random_seed(0)
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))
# Fonts that have the letters of this language, for the pictures.
plt.rcParams["font.family"] = s2s.fonts_for(labels=["English"])

# %% [markdown]
# ## A translator without attention
#
# English to French, built in, GRU cells: the encoder's last hidden state is all that the
# decoder gets.

# %%
train, validation, test = s2s.load_corpus("phrasebook/english-french")
train = train[: 200 if FAST else 12_000]
tokenizers = s2s.WordTokenizer.fit(train.source), s2s.WordTokenizer.fit(train.target)
model = s2s.build_model(
    *(tokenizer.vocabulary_size for tokenizer in tokenizers),
    cell="gru",
    units=16 if FAST else 128,
    embedding_dim=64,
)
s2s.compile_model(model, learning_rate=4e-3)
dataset = s2s.make_dataset(train, *tokenizers)
model.fit(dataset, epochs=1 if FAST else 4, shuffle=False, verbose=0)
translator = s2s.Translator(model, *tokenizers, max_length=20)
written = translator.translate(test.source[: 20 if FAST else 300])
right = np.mean([a == b for a, b in zip(written, test.target, strict=False)])
print(f"exact match on held-out sentences: {right:.3f}")

# %% [markdown]
# ## Sentences as points
#
# Three groups of sentences: statements, their negations and questions, about three
# people. Within a group, sentences differ in one word.

# %%
people = ["teacher", "doctor", "singer"]
patterns = ["the {} is tired", "the {} is not tired", "is the {} tired?"]
sentences = [pattern.format(person) for pattern in patterns for person in people]
encoder, decoder = s2s.build_inference_models(model)


def context_vectors(texts):
    """The encoder's last state of each sentence, shape (sentences, units)."""
    ids = [[*tokenizers[0].tokenize(text), 3] for text in texts]  # 3 is <eos>
    longest = max(map(len, ids))
    padded = keras.ops.array([row + [0] * (longest - len(row)) for row in ids])
    return encoder(padded)["layer_0_hidden"].numpy()


contexts = context_vectors(sentences)
print(contexts.shape)

# %% [markdown]
# The cosine similarity of every two of them: 1 means the same direction. Look for blocks:
# is it the pattern or the person that decides?

# %%
normalized = contexts / np.linalg.norm(contexts, axis=1, keepdims=True)
similarity = normalized @ normalized.T
figure, axes = plt.subplots(figsize=(6.5, 5.2), dpi=90, layout="constrained")
image = axes.imshow(similarity, cmap="RdBu_r", vmin=-1, vmax=1)
axes.set_xticks(range(len(sentences)), sentences, rotation=45, ha="right")
axes.set_yticks(range(len(sentences)), sentences)
axes.set(title="Cosine similarity of context vectors")
figure.colorbar(image, ax=axes, label="cosine similarity")
plt.show()

# %%
pattern_of = np.repeat(np.arange(3), 3)
person_of = np.tile(np.arange(3), 3)
apart = ~np.eye(9, dtype=bool)
same_pattern = (pattern_of[:, None] == pattern_of) & apart
same_person = (person_of[:, None] == person_of) & apart
neither = ~same_pattern & ~same_person & apart
for name, pairs in (
    ("same pattern, other person", same_pattern),
    ("same person, other pattern", same_person),
    ("both differ", neither),
):
    print(f"{name:<27} mean cosine {similarity[pairs].mean():.2f}")

# %% [markdown]
# Look at the picture once more: it has two blocks. Statements and their negations lie
# together, and there the person decides; questions lie apart. The mean for the other
# pattern mixes the two. The two directions in which the points differ most (principal
# components), as a map:

# %%
points = PCA(n_components=2).fit_transform(contexts)
figure, axes = plt.subplots(figsize=(6.5, 4.5), dpi=90, layout="constrained")
for group, pattern in enumerate(patterns):
    chosen = points[pattern_of == group]
    axes.scatter(*chosen.T, label=pattern.format("…"))
    for person, (x, y) in zip(people, chosen, strict=True):
        axes.annotate(person, (x, y), xytext=(4, 4), textcoords="offset points")
axes.margins(0.15)
axes.set(
    title="Context vectors, two principal components",
    xlabel="first component",
    ylabel="second component",
)
axes.legend()
plt.show()

# %% [markdown]
# ## The bottleneck
#
# To see how much fits into the vector we need sources of every length and a task where
# nothing can be guessed: copying strings of random letters. A string is right only if
# every letter is.


# %%
def random_strings(count, longest, seed):
    generator = random.Random(seed)
    found = set()
    while len(found) < count:
        length = generator.randint(2, longest)
        found.add("".join(generator.choices("abcdefghij", k=length)))
    found = sorted(found)
    generator.shuffle(found)
    return found


longest = 6 if FAST else 20
strings = random_strings(100 if FAST else 5400, longest, seed=0)
held_out = strings[: 20 if FAST else 400]
rest = strings[len(held_out) :]
copies = s2s.Pairs(rest, rest)
letters = s2s.CharacterTokenizer.fit(rest)
print(len(rest), "strings to learn from,", len(held_out), "held out, e.g.", rest[:3])


# %%
def score_copier(seed, **options):
    """Exact match of held-out strings by their length."""
    keras.utils.set_random_seed(seed)
    sizes = {"units": 64, "embedding_dim": 32, "dropout": 0.0}
    size = letters.vocabulary_size
    model = s2s.build_model(size, size, cell="gru", **(sizes | options))
    dataset = s2s.make_dataset(copies, letters, letters, seed=seed)
    epochs = 1 if FAST else 8
    steps = epochs * int(dataset.cardinality())
    rate = keras.optimizers.schedules.CosineDecay(8e-3, steps)
    s2s.compile_model(model, learning_rate=rate)
    model.fit(dataset, epochs=epochs, shuffle=False, verbose=0)
    translator = s2s.Translator(model, letters, letters, max_length=longest + 3)
    written = translator.translate(held_out)
    return s2s.score_by_length(held_out, written, held_out, metric="exact_match")


# %% [markdown]
# Four models, each with three seeds: the plain one; one that reads the source backwards,
# so that the first letters are the freshest (Sutskever et al.); one whose decoder gets the
# context vector at every step and not only at the first (Cho et al.); and one with twice
# the units.

# %%
seeds = range(1 if FAST else 3)
kinds = {
    "plain": {},
    "source reversed": {"reverse_source": True},
    "context at each step": {"feed_context": True},
    "twice the units": {"units": 128},
}
if FAST:
    kinds = {"plain": {}}
tables = {
    kind: [score_copier(seed, **options) for seed in seeds]
    for kind, options in kinds.items()
}

# %%
figure, axes = plt.subplots(figsize=(6.5, 3.8), dpi=90, layout="constrained")
for kind, runs in tables.items():
    lengths = runs[0].mean_length
    scores = np.array([run.score for run in runs])  # (seeds, buckets)
    axes.plot(lengths, scores.mean(axis=0), marker="o", label=kind)
    axes.fill_between(lengths, scores.min(axis=0), scores.max(axis=0), alpha=0.2)
    print(f"{kind:<21}", "mean", scores.mean(axis=0).round(2), end="  ")
    print("spread", np.ptp(scores, axis=0).round(2))
axes.set(
    title="Copying strings: mean and range over the seeds",
    xlabel="letters in the string",
    ylabel="exact match, held-out strings",
    ylim=(-0.03, 1.03),
)
axes.legend()
plt.show()

# %% [markdown]
# Every curve falls with length: there is only so much that one vector of this size
# carries after this much training. The remedies help with strings of middle length,
# some more and some less; with the longest ones all fail. What holds there is in
# notebook 6.

# %% [markdown]
# ## Three things to try
#
# 1. Combine the remedies: reversed source, context at each step, twice the units. *Hint:*
#    `score_copier(0, reverse_source=True, feed_context=True, units=128)`.
# 2. LSTM cells have two states. Are both of them needed on the map? *Hint:* the encoder's
#    dictionary then also has `layer_0_cell`.
# 3. Translate from the middle of the map: average the states of two sentences and let the
#    decoder unroll the result. *Hint:* notebook 1 has the loop.
