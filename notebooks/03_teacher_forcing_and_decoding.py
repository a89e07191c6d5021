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
# # 3 · Teacher forcing and decoding
#
# **What it shows.** In training a decoder reads the right translation; in use it reads
# what it wrote itself. First: what that difference costs, in numbers. Then: the ways to
# get a translation out of a decoder (greedy search, sampling, beam search), and how a
# translation comes to its end.
#
# **What to know first.** Notebook 1: encoder, decoder, `<sos>` and `<eos>`.
#
# **Papers.** Williams & Zipser 1989, [A Learning Algorithm for Continually Running Fully
# Recurrent Neural Networks](https://doi.org/10.1162/neco.1989.1.2.270) (teacher forcing);
# Sutskever et al. 2014, [Sequence to Sequence Learning with Neural
# Networks](https://arxiv.org/abs/1409.3215) (beam search); Bengio et al. 2015, [Scheduled
# Sampling](https://arxiv.org/abs/1506.03099); Ranzato et al. 2016, [Sequence Level
# Training](https://arxiv.org/abs/1511.06732) (exposure bias); Holtzman et al. 2020, [The
# Curious Case of Neural Text Degeneration](https://arxiv.org/abs/1904.09751) (top-p).

# %%
# In Colab: uncomment the next line, run it, and restart the session.
# # %pip install --quiet "seq2seq_keras[jupyter]"
import collections
import os

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display
from keras import ops
from seq2seq_keras.plots.token_labels import token_label

keras.utils.set_random_seed(0)
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))
pd.set_option("display.max_colwidth", 60)
# Fonts that have the letters of this language, for the pictures.
plt.rcParams["font.family"] = s2s.fonts_for(labels=["English"])

# %% [markdown]
# ## A corpus with more than one right answer
#
# Sentences that people wrote for Tatoeba. A sentence may have several translations
# there (one or several people, familiar or polite, a man or a woman: `I must go alone.`
# below has three), so that the decoder has something to be unsure of. The split is by
# source: no sentence of the validation part was trained.

# %%
train, validation, _ = s2s.load_corpus(
    "tatoeba/eng-fra", fallback="phrasebook/english-french"
)
train = train[:200] if FAST else train
rows = np.random.default_rng(0).permutation(len(validation))[: 40 if FAST else 600]
validation = s2s.Pairs(
    [validation.source[row] for row in rows], [validation.target[row] for row in rows]
)
tokenizers = s2s.WordTokenizer.fit(train.source), s2s.WordTokenizer.fit(train.target)
vocabulary = tokenizers[1].vocabulary
print(
    len(train), "pairs;", len(set(train.source)), "sources;", len(vocabulary), "tokens"
)
for source, target in list(validation)[:4]:
    print(f"  {source:<30} {target}")

# %% [markdown]
# ## What training feeds
#
# One batch holds three arrays. The decoder's input is the right translation with `<sos>`
# in front; the target is the same with `<eos>` at its end. So both are the same tokens,
# one step apart, and at each step the decoder is asked: *if all so far was right, what
# comes next?* Shorter sentences are filled with `<pad>`, whose weight in the loss is 0.

# %%
inputs, labels, weights = (
    s2s.make_dataset(
        validation, *tokenizers, batch_size=600, shuffle=False, bucket_boundaries=()
    )
    .take(1)
    .get_single_element()
)
labels, weights = labels.numpy(), weights.numpy() > 0
row = int(weights.sum(axis=1).argmin())  # a short one
shown = slice(0, int(weights[row].sum()) + 2)
display(
    pd.DataFrame(
        {
            "decoder input": [
                vocabulary[i] for i in inputs["target_token_ids"][row].numpy()[shown]
            ],
            "target": [vocabulary[i] for i in labels[row][shown]],
            "weight": weights[row][shown].astype(int),
        }
    ).T
)

# %% [markdown]
# ## Training
#
# A GRU whose decoder sees the context vector at every step (`feed_context`), as in Cho et
# al. 2014.

# %%
model = s2s.build_model(
    tokenizers[0].vocabulary_size,
    len(vocabulary),
    cell="gru",
    units=16 if FAST else 192,
    embedding_dim=16 if FAST else 96,
    feed_context=True,
    dropout=0.3,
)
batches = s2s.make_dataset(train, *tokenizers)
epochs = 1 if FAST else 10
steps = epochs * int(batches.cardinality())
s2s.compile_model(
    model, learning_rate=keras.optimizers.schedules.CosineDecay(4e-3, steps)
)
history = model.fit(batches, epochs=epochs, shuffle=False, verbose=0)
translator = s2s.Translator(model, *tokenizers, max_length=12 if FAST else 40)
print("loss by epoch:", np.round(history.history["loss"], 2))

# %% [markdown]
# ## What use feeds
#
# In use there is no right translation to read. At each step the decoder gets its own last
# word, and a mistake, once made, is part of all that follows: it has never seen one in
# training. Ranzato et al. call that *exposure bias*.
#
# The picture asks at each position of the reference: did the model name the right token?
# Once with the true words before it, once with its own.

# %%
logits = model.predict_on_batch({name: ids.numpy() for name, ids in inputs.items()})
with_truth = logits.argmax(axis=-1) == labels
ids = {token: i for i, token in enumerate(vocabulary)}
own = np.zeros_like(labels)
for line, result in zip(own, translator.decode(validation.source), strict=True):
    written = [ids[token] for token in result.tokens[: len(line)]]
    line[: len(written)] = written
with_own = own == labels
print("right tokens, true prefix:", round(with_truth[weights].mean(), 3))
print("right tokens, own prefix: ", round(with_own[weights].mean(), 3))
count = weights.sum(axis=0)
positions = np.flatnonzero(count >= 0.1 * len(labels))  # else too few sentences
figure, axes = plt.subplots(figsize=(6, 3), dpi=90, layout="constrained")
shares = [
    (right & weights).sum(axis=0)[positions] / count[positions]
    for right in (with_truth, with_own)
]
axes.plot(positions + 1, shares[0], marker="o", label="after the true words")
axes.plot(positions + 1, shares[1], marker="s", label="after its own words")
axes.set(
    title="Right tokens by position", xlabel="position", ylabel="share", ylim=(0, 1)
)
axes.legend(loc="lower left")
plt.show()

# %% [markdown]
# Not all of that gap is exposure bias. Where several translations are right, a model that
# wrote `vous` for `tu` goes on rightly after its own word and is counted wrong. Two closer
# looks follow. First, split the positions of each sentence at the model's first own
# mistake. Up to there both ways feed the same words, so the shares must be equal; the
# whole gap arises after it. (With the true prefix the later positions are the easier ones,
# as the picture shows, so compare along the rows.)

# %%
wrong = weights & ~with_own
before = weights & (np.cumsum(wrong, axis=1) - wrong == 0)  # none at earlier positions
after = weights & ~before
display(
    pd.DataFrame(
        {
            "tokens": [before.sum(), after.sum()],
            "right, true prefix": [with_truth[m].mean() for m in (before, after)],
            "right, own prefix": [with_own[m].mean() for m in (before, after)],
        },
        index=["up to the first own mistake", "after it"],
    ).round(3)
)

# %% [markdown]
# Second, an experiment that no second translation disturbs: keep the true prefix, but
# put *one* random word in the place of its third token. Then the truth goes on. How
# long does one wrong word in its past disturb the decoder? (The token right after it
# suffers most, the one after that less; then the loss is nearly gone.)

# %%
long = weights.sum(axis=1) >= 7
disturbed = {name: ids.numpy()[long] for name, ids in inputs.items()}
fed = disturbed["target_token_ids"]
fed[:, 3] = np.random.default_rng(0).integers(4, len(vocabulary), len(fed))
with_mistake = model.predict_on_batch(disturbed).argmax(axis=-1) == labels[long]
places = np.arange(1, 7)
figure, axes = plt.subplots(figsize=(6, 3), dpi=90, layout="constrained")
shares = with_truth[long].mean(axis=0)[places], with_mistake.mean(axis=0)[places]
axes.plot(places + 1, shares[0], marker="o", label="true prefix")
axes.plot(places + 1, shares[1], marker="s", label="one wrong word in the prefix")
axes.axvline(3.5, color="grey", linestyle=":", label="from here it is read")
axes.set(title="After one wrong word", xlabel="position", ylabel="share", ylim=(0, 1))
figure.legend(loc="outside lower center", ncols=3)
plt.show()
print(f"{len(fed)} sentences of seven tokens or more")
print("lost at each position:", np.round(shares[0] - shares[1], 3))

# %% [markdown]
# What can be done about it? *Scheduled sampling* (Bengio et al. 2015) feeds the decoder
# some of its own words while it trains, more and more of them:
# `compile_model(..., scheduled_sampling=...)`. It does not always help; try it below. The
# other way is to search better, which is the rest of this notebook.

# %% [markdown]
# ## One distribution, many ways to choose
#
# All that a decoder gives is a distribution over the next token. *Greedy search* takes the
# most probable one. *Sampling* draws. A temperature divides the logits before: below 1 the
# probable tokens win more, above 1 all come closer together. Our example is that
# sentence of the validation part, of those with four words or more, which has the most
# translations.

# %%
longer = [source for source in validation.source if len(source.split()) > 3]
text, _ = collections.Counter(longer).most_common(1)[0]
print(text, [target for source, target in validation if source == text])
source = ops.array([[*tokenizers[0].tokenize(text), 3]])  # 3 is <eos>
first = {"source_token_ids": source, "target_token_ids": ops.array([[2]])}  # <sos>
logits = ops.convert_to_numpy(model(first))[0, 0]
best = logits.argsort()[::-1][:10]
figure, axes = plt.subplots(figsize=(8, 3), dpi=90, layout="constrained")
for number, temperature in enumerate((0.5, 1.0, 2.0)):
    scaled = np.exp((logits - logits.max()) / temperature)
    heights = scaled[best] / scaled.sum()
    label = f"{temperature}"
    axes.bar(np.arange(10) + 0.27 * (number - 1), heights, 0.27, label=label)
    print(f"temperature {temperature}: the ten share {heights.sum():.2f}")
axes.set_xticks(range(10), [token_label(vocabulary[i]) for i in best])
axes.set(title=f"First token of: {text}", ylabel="probability")
axes.legend(title="temperature")
plt.show()

# %% [markdown]
# The rest of the probability lies on thousands of words that are each improbable; at a
# high temperature they are not improbable together. `top_k` draws from the k most
# probable tokens only, `top_p` from the smallest set of tokens that holds the share p:
# many where the model is unsure, few where it is sure. This small model rarely finds
# `alone`; look at how the ways differ.

# %%
print(text, "| greedy:", translator.translate(text))
ways = {
    "temperature=1": {"temperature": 1.0},
    "temperature=0.5": {"temperature": 0.5},
    "top_k=5": {"top_k": 5},
    "top_p=0.8": {"top_p": 0.8},
}
drawn = {
    name: [
        hypothesis.text
        for hypothesis in translator.decode(
            text, sample=True, n_best=5, seed=0, **way
        ).hypotheses
    ]
    for name, way in list(ways.items())[: 1 if FAST else 4]
}
display(pd.DataFrame(drawn))

# %% [markdown]
# ## Beam search
#
# Greedy search cannot take back a word. A *beam* keeps the best few beginnings at every
# step, lets each grow by every token, and keeps the best few again. The tree shows them
# all: under each token its probability after what stands to its left; at the end of a
# branch its rank and score, the mean log-probability of its tokens (the next section
# says why). Branches that just end were given up. In pictures `￭` is drawn as `▪`.

# %%
result = translator.decode(text, beam_width=4, n_best=4, trace=True)
with plt.rc_context({"font.family": "sans-serif"}):  # it looks for its fonts itself
    display(s2s.plot_beam(result, title=f"The beam as a tree: “{text}”"))

# %% [markdown]
# ## The n-best list, and why length counts
#
# The probability of a translation is the product of its tokens'; its logarithm is a sum
# of negative numbers, and each further token lowers it. Unless something is done about
# it, the search prefers short translations. So the sum is divided by `length **
# penalty`: with 0 not at all, with 1 it is the mean for each token. Here are the best
# of a wider beam that divided by nothing, and their scores and ranks with three
# penalties: does a longer one overtake?

# %%
result = translator.decode(
    text, beam_width=4 if FAST else 20, n_best=4 if FAST else 10, length_penalty=0.0
)
table = pd.DataFrame(
    [[found.text, len(found.tokens), found.score] for found in result.hypotheses],
    columns=["translation", "tokens", "score"],
)
for penalty in (0.0, 0.6, 1.0):
    scores = table["score"] / table["tokens"] ** penalty
    table[f"by {penalty}"] = scores.round(2)
    table[f"rank by {penalty}"] = scores.rank(ascending=False).astype(int)
display(table.drop(columns="score"))

# %% [markdown]
# ## Does a better search make a better translation?
#
# The same validation sentences with wider beams, with and without that division. Look
# at three things: how probable the translations are in the model's eyes (the mean of
# their log-probabilities), how long they are, and what BLEU says. A penalty of 0 is
# `length_normalization="none"`; `"average"` has a penalty of 1.

# %%
table = []
for width, how in [(1, "none"), (4, "none"), (4, "average"), (10, "average")]:
    if FAST and width > 1:
        break
    results = translator.decode(
        validation.source, beam_width=width, length_normalization=how
    )
    scores = s2s.score_translations(
        [result.text for result in results], validation.target, intervals=False
    )
    logs = [np.log(result.token_probabilities).sum() for result in results]
    lengths = [len(result.tokens) for result in results]
    table.append([width, how, np.mean(logs), np.mean(lengths), scores.bleu])
names = ["beam width", "normalization", "log-probability", "tokens", "BLEU"]
display(pd.DataFrame(table, columns=names).round(2))
print("tokens of the references:", round(weights.sum() / len(weights), 2))

# %% [markdown]
# The beam finds more probable translations, and without the division shorter ones. BLEU
# gains little, less than another training run may change it, and is low in every row:
# each pair has one reference, though other translations are right.

# %% [markdown]
# ## Where `<eos>` comes from
#
# Nobody tells the decoder how long the translation is to be. `<eos>` is a token like
# any other: it stood at the end of every target in training, and the decoder writes it
# when it becomes the most probable one. Below are greedy translations of three
# sentences, token by token, and how probable `<eos>` was each time (mind the scale:
# each label down is a hundred times less). Beside it, a mark that ends a sentence:
# where sentences end in a full stop, it is there that the end is decided, and `<eos>`
# follows.

# %%
order = sorted(set(validation.source), key=lambda line: (len(line), line))
marks = [i for i, token in enumerate(vocabulary) if token.strip("￭") in (*".!?",)]
figure, panels = plt.subplots(1, 3, figsize=(10, 3.2), dpi=90, layout="constrained")
for axes, share in zip(panels, (0.2, 0.6, 0.95), strict=True):
    sentence = order[int(share * len(order))]
    written = translator.decode(sentence).tokens[:12]
    given = {
        "source_token_ids": ops.array([[*tokenizers[0].tokenize(sentence), 3]]),
        "target_token_ids": ops.array([[2, *(ids[token] for token in written[:-1])]]),
    }
    probabilities = ops.convert_to_numpy(ops.softmax(model(given)))[0]
    axes.plot(probabilities[:, 3], marker="o", label="<eos>")
    axes.plot(probabilities[:, marks].sum(axis=-1), marker="s", label=". or ! or ?")
    axes.set_xticks(range(len(written)), map(token_label, written), rotation=60)
    axes.set(title=sentence, ylabel="probability", yscale="log", ylim=(1e-8, 2))
    print(sentence, "|", np.round(probabilities[:, 3], 4))
figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
plt.show()

# %% [markdown]
# A model that is hardly trained may not know yet when to stop; that is why every search
# has a `max_length`. One that knows may still be forced: `min_length` forbids `<eos>` up to
# a length.

# %% [markdown]
# ## Three things to try
#
# 1. Train once more with scheduled sampling and draw both pictures of exposure bias
#    again. *Hint:* build the model anew, then `s2s.compile_model(model,
#    scheduled_sampling=s2s.ScheduledSampling(0.25, steps))`.
# 2. Search with a very wide beam and no length normalization: what becomes of the length?
#    *Hint:* `beam_width=50, length_normalization="none"` on a hundred sentences.
# 3. Measure how different samples are: draw twenty translations of each of some sentences
#    and count the distinct ones, for temperatures from 0.3 to 1.5.
#    *Hint:* `sample=True, n_best=20, temperature=...` and `len(set(...))`.
