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
# # 6 · Attention
#
# **What it shows.** Instead of squeezing the source into one vector, the decoder looks
# back at all of it, at each step where it needs to. Both classical scores are computed
# here from their equations with NumPy and compared with the model; heat maps show where
# it looks; and on strings of growing length attention is laid over the curve of
# notebook 5.
#
# **What to know first.** Notebook 5, the bottleneck; the softmax and the dot product.
#
# **Papers.** Bahdanau et al. 2015, [Neural Machine Translation by Jointly Learning to
# Align and Translate](https://arxiv.org/abs/1409.0473); Luong et al. 2015, [Effective
# Approaches to Attention-based Neural Machine
# Translation](https://arxiv.org/abs/1508.04025).

# %%
# In Colab: uncomment the next line, run it, and restart the session.
# # %pip install --quiet "seq2seq_keras[jupyter]"
import os
import random

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display

keras.utils.set_random_seed(0)
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))
np.set_printoptions(suppress=True)
# Fonts that have the letters of this language, for the pictures.
plt.rcParams["font.family"] = s2s.fonts_for(labels=["English"])

# %% [markdown]
# ## Two translators with attention
#
# English to French, built in. The one attends as Luong does, the other as Bahdanau
# does; all else is equal. The encoder is bidirectional: one half of its units reads
# forwards, the other half backwards. One seed each ranks nothing, and neither does a
# comparison with notebooks 1 and 5, whose models have more units and saw more
# sentences.

# %%
train, validation, test = s2s.load_corpus("phrasebook/english-french")
train = train[: 200 if FAST else 8000]
tokenizers = s2s.WordTokenizer.fit(train.source), s2s.WordTokenizer.fit(train.target)
translators = {}
for attention in ("luong", "bahdanau"):
    keras.utils.set_random_seed(0)
    model = s2s.build_model(
        *(tokenizer.vocabulary_size for tokenizer in tokenizers),
        units=16 if FAST else 96,
        embedding_dim=48,
        bidirectional=True,
        attention=attention,
    )
    s2s.compile_model(model, learning_rate=5e-3)
    dataset = s2s.make_dataset(train, *tokenizers)
    model.fit(dataset, epochs=1 if FAST else 4, shuffle=False, verbose=0)
    translators[attention] = s2s.Translator(model, *tokenizers, max_length=20)
    written = translators[attention].translate(test.source[: 20 if FAST else 300])
    right = np.mean([a == b for a, b in zip(written, test.target, strict=False)])
    print(f"{attention:<9} exact match on held-out sentences: {right:.3f}")

# %% [markdown]
# ## Luong: the present output asks
#
# The decoder makes its step, and its output $h_t$ asks every encoder output $\bar h_s$ how
# well it fits (equation 8, "general"):
#
# $$\mathrm{score}(h_t, \bar h_s) = h_t^\top W \bar h_s, \qquad
# a_t(s) = \frac{\exp \mathrm{score}(h_t, \bar h_s)}{\sum_{s'} \exp \mathrm{score}(h_t,
# \bar h_{s'})}, \qquad c_t = \sum_s a_t(s)\, \bar h_s .$$
#
# The context $c_t$ and $h_t$ together make the attentional vector $\tilde h_t = \tanh(W_c
# [c_t; h_t])$, from which the next word is predicted. We take the two inference models,
# make one step, and compute the weights ourselves.

# %%
text = test.source[0]
source_ids = keras.ops.array([[*tokenizers[0].tokenize(text), 3]])  # 3 is <eos>
sos = keras.ops.array([[2]])


def softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def weight(model, end):
    """The trained weight whose path ends so."""
    return next(w.numpy() for w in model.weights if w.path.endswith(end))


model = translators["luong"].model
encoder, decoder = s2s.build_inference_models(model)
memory = encoder(source_ids)
step = decoder({"token_ids": sos, **memory})
outputs = memory["encoder_outputs"].numpy()[0]  # (source_length, units)
query = step["layer_0_hidden"].numpy()[0]  # (units,), after the step
by_hand = softmax(outputs @ weight(model, "attention/kernel").T @ query)
by_model = step["attention_weights"].numpy()[0]
print("by hand: ", by_hand.round(4))
print("by model:", by_model.round(4))
print("largest difference:", np.abs(by_hand - by_model).max())

# %% [markdown]
# ## Bahdanau: the previous state asks
#
# Here the question comes *before* the step, from the state $s_{i-1}$; the score is a small
# network (appendix A.1.2), and the context is an input of the cell:
#
# $$e_{ij} = v^\top \tanh(W s_{i-1} + U h_j), \qquad a_i = \mathrm{softmax}(e_i), \qquad
# s_i = f(s_{i-1}, y_{i-1}, c_i).$$

# %%
model = translators["bahdanau"].model
encoder, decoder = s2s.build_inference_models(model)
memory = encoder(source_ids)
step = decoder({"token_ids": sos, **memory})
previous = memory["layer_0_hidden"].numpy()[0]  # (units,), before the step
keys = memory["encoder_outputs"].numpy()[0] @ weight(model, "key/kernel")
question = previous @ weight(model, "query/kernel")
by_hand = softmax(np.tanh(question + keys) @ weight(model, "score/kernel")[:, 0])
by_model = step["attention_weights"].numpy()[0]
print("by hand: ", by_hand.round(4))
print("by model:", by_model.round(4))
print("largest difference:", np.abs(by_hand - by_model).max())

# %% [markdown]
# ## Where it looks
#
# A row for each written word, a column for each word of the source; each row adds up to
# one. Look at the negation, which French writes with two words around the verb, and at
# the articles, whose gender is that of a word still to come. An encoder output knows
# more than its own word: the backward half has read `library` already where `to`
# stands, so `la` may look there. Nobody has told the model which words belong together.

# %%
text = "my grandfather is not going to the library"
for attention, translator in translators.items():
    print(attention)
    display(
        s2s.plot_attention(
            translator.decode(text), title=f"{attention}: attention weights"
        )
    )

# %% [markdown]
# ## Does it hold where one vector does not?
#
# The task of notebook 5: copy a string of random letters, some of them long. Without
# attention, all letters must pass through one vector; with it, each can be looked up.
# Same data, same sizes, three seeds.


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


# %%
def score_copier(seed, **options):
    """Exact match of held-out strings by their length."""
    keras.utils.set_random_seed(seed)
    sizes = {"units": 64, "embedding_dim": 32, "dropout": 0.0}
    size = letters.vocabulary_size
    model = s2s.build_model(size, size, cell="gru", **sizes, **options)
    dataset = s2s.make_dataset(copies, letters, letters, seed=seed)
    epochs = 1 if FAST else 8
    steps = epochs * int(dataset.cardinality())
    rate = keras.optimizers.schedules.CosineDecay(8e-3, steps)
    s2s.compile_model(model, learning_rate=rate)
    model.fit(dataset, epochs=epochs, shuffle=False, verbose=0)
    translator = s2s.Translator(model, letters, letters, max_length=longest + 3)
    written = translator.translate(held_out)
    return s2s.score_by_length(held_out, written, held_out, metric="exact_match")


seeds = range(1 if FAST else 3)
kinds = {"no attention": {}, "attention": {"attention": "bahdanau"}}
tables = {
    kind: [score_copier(seed, **options) for seed in seeds]
    for kind, options in kinds.items()
}

# %%
figure, axes = plt.subplots(figsize=(6, 3.5), dpi=90, layout="constrained")
for kind, runs in tables.items():
    lengths = runs[0].mean_length
    scores = np.array([run.score for run in runs])  # (seeds, buckets)
    axes.plot(lengths, scores.mean(axis=0), marker="o", label=kind)
    axes.fill_between(lengths, scores.min(axis=0), scores.max(axis=0), alpha=0.25)
    print(f"{kind:<13}", "mean", scores.mean(axis=0).round(2), end="  ")
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
# Short strings fit into one vector, long ones do not, and no seed is an exception; with
# attention the curve hardly bends. What attention costs is a look at the whole source for
# each word written: the time of a step grows with the length of the source.

# %% [markdown]
# ## Three things to try
#
# 1. Replace `"general"` by `"dot"` and `"concat"`. *Hint:*
#    `build_model(..., attention="luong", attention_score="dot")`; the dot product needs
#    no weights at all.
# 2. Let Luong's decoder know where it has looked. *Hint:* `input_feeding=True` feeds the
#    attentional vector into the next step, `coverage=True` the sum of
#    the weights so far, there and beside it.
# 3. Test on strings longer than any in training. *Hint:* `longest = 30`, `held_out = [s
#    for s in random_strings(300, 30, seed=1) if len(s) > 20]`, then `score_copier(0,
#    attention="bahdanau")`. Does attention hold there?
