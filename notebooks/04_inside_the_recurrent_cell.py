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
# # 4 · Inside the recurrent cell
#
# **What it shows.** The three cells side by side: the plain one, LSTM and GRU. Their
# hidden states over the time steps, their gates computed by hand, and the reason why gates
# exist: how fast the gradient fades on its way back through time, and what that does to a
# task that needs memory. Three seeds for everything that is compared.
#
# **What to know first.** Notebook 1; the chain rule; what `tanh` and the sigmoid do.
#
# **Papers.** Bengio et al. 1994, [Learning Long-Term Dependencies with Gradient Descent
# is Difficult](https://doi.org/10.1109/72.279181); Hochreiter & Schmidhuber 1997, [Long
# Short-Term Memory](https://doi.org/10.1162/neco.1997.9.8.1735); Gers et al. 2000,
# [Learning to Forget](https://doi.org/10.1162/089976600300015015) (the forget gate);
# Cho et al. 2014, [Learning Phrase Representations using RNN
# Encoder-Decoder](https://arxiv.org/abs/1406.1078); Pascanu et al. 2013, [On the
# Difficulty of Training Recurrent Neural Networks](https://arxiv.org/abs/1211.5063).

# %%
# In Colab: uncomment the next line, run it, and restart the session.
# # %pip install --quiet "seq2seq_keras[jupyter]"
import os
import random

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import tensorflow as tf
from IPython.display import display

keras.utils.set_random_seed(0)
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))
# Fonts that have the letters of this language, for the pictures.
plt.rcParams["font.family"] = s2s.fonts_for(labels=["English"])

# %% [markdown]
# ## A task that needs memory
#
# A sequence begins with one of eight letters, `a` to `h`; then comes noise, drawn from eight
# others. The answer is the first letter. Nothing in the noise helps: the encoder has to
# carry one letter past all of it. Guessing gives one in eight.

# %%
noise_length = 6 if FAST else 15


def remember_the_first(count, seed):
    generator = random.Random(seed)
    firsts = [generator.choice("abcdefgh") for _ in range(count)]
    noise = ["".join(generator.choices("stuvwxyz", k=noise_length)) for _ in firsts]
    sources = [first + rest for first, rest in zip(firsts, noise, strict=True)]
    return s2s.Pairs(sources, firsts)


train = remember_the_first(100 if FAST else 4000, seed=0)
test = remember_the_first(20 if FAST else 400, seed=1)
tokenizer = s2s.CharacterTokenizer.fit(train.source)
print("answer", test.target[0], "after", test.source[0])

# %% [markdown]
# ## Three cells
#
# With $x_t$ the word vector and $h_{t-1}$ the previous hidden state, and every gate a number
# between 0 and 1 for each unit:
#
# - **plain**: $h_t = \tanh(W x_t + U h_{t-1} + b)$
# - **LSTM**: gates $i, f, o = \sigma(\dots)$ and a candidate $g = \tanh(\dots)$, each with its
#   own $W, U, b$; then the cell state $c_t = f \odot c_{t-1} + i \odot g$ and
#   $h_t = o \odot \tanh(c_t)$
# - **GRU**: gates $z, r = \sigma(\dots)$ and a candidate $\tilde h$ that sees $r \odot
#   h_{t-1}$ (in Keras, to suit a GPU, $r \odot (U h_{t-1} + b)$); then $h_t = z \odot
#   h_{t-1} + (1 - z) \odot \tilde h$
#
# So an LSTM has four times the weights of the plain cell and a GRU three times (in Keras a
# GRU has two biases for each part). The count by hand and Keras's own:

# %%
units, embedding_dim = 32, 16


def build(cell):
    size = tokenizer.vocabulary_size
    sizes = {"units": units, "embedding_dim": embedding_dim, "dropout": 0.0}
    return s2s.build_model(size, size, cell=cell, **sizes)


cells = {"rnn": (1, 1), "lstm": (4, 1), "gru": (3, 2)}  # parts, biases of each
rows = {}
for cell, (parts, biases) in cells.items():
    by_hand = parts * units * (embedding_dim + units + biases)
    rows[cell] = [by_hand, build(cell).get_layer("encoder_0").count_params()]
display(pd.DataFrame(rows, index=["by hand", "Keras"]).T)

# %% [markdown]
# ## Who remembers?
#
# Each cell three times, with another seed each; all else is equal.


# %%
def train_and_test(cell, seed):
    keras.utils.set_random_seed(seed)
    model = build(cell)
    untrained = model.get_weights()
    s2s.compile_model(model, learning_rate=1e-2)
    dataset = s2s.make_dataset(train, tokenizer, tokenizer, seed=seed)
    model.fit(dataset, epochs=1 if FAST else 8, shuffle=False, verbose=0)
    answers = s2s.Translator(model, tokenizer, tokenizer, max_length=3)
    answers = answers.translate(test.source)
    accuracy = np.mean([a == b for a, b in zip(answers, test.target, strict=True)])
    return model, untrained, accuracy


seeds = range(1 if FAST else 3)
runs = {cell: [train_and_test(cell, seed) for seed in seeds] for cell in cells}
accuracy = pd.DataFrame(
    {cell: [run[2] for run in cell_runs] for cell, cell_runs in runs.items()},
    index=[f"seed {seed}" for seed in seeds],
)
display(accuracy)
display(accuracy.agg(["mean", "min", "max"]).round(3))

# %% [markdown]
# ## The hidden state over time
#
# One test sequence, the hidden states of the encoder of each cell (first seed): a
# column for each time step, a row for each unit; `rnn` is the plain cell, `⏎` is
# `<eos>`. Units that keep their colour from the first column to the last can carry
# something through the noise (a colour that is the same for every first letter carries
# nothing).

# %%
text = test.source[0]
token_ids = keras.ops.array([[*tokenizer.tokenize(text), 3]])  # 3 is <eos>


def hidden_states(model):
    """The encoder's hidden state after each step, shape (steps, units)."""
    vectors = model.get_layer("source_embedding")(token_ids)
    layer = model.get_layer("encoder_0")
    cell, states = layer.cell, layer.get_initial_state(1)
    history = []
    for step in range(token_ids.shape[1]):
        output, states = cell(vectors[:, step], states)
        history.append(output.numpy()[0])
    return np.array(history)


figure, grid = plt.subplots(1, 3, figsize=(9, 3.4), dpi=90, layout="constrained")
for axes, (cell, cell_runs) in zip(grid, runs.items(), strict=True):
    states = hidden_states(cell_runs[0][0])
    image = axes.imshow(states.T, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto")
    axes.set_xticks(range(len(states)), [*text, "⏎"], fontsize=7)
    axes.set(title=cell, xlabel="time step", ylabel="unit")
figure.colorbar(image, ax=grid, label="hidden state")
plt.show()

# %% [markdown]
# ## The gates of an LSTM, by hand
#
# Nothing about the cell is hidden: its kernel, recurrent kernel and bias hold the four parts
# side by side, in Keras in the order $i, f, g, o$. A NumPy loop gives the same hidden states
# as Keras, and the gates on the way.

# %%
model = runs["lstm"][0][0]
kernel, recurrent, bias = model.get_layer("encoder_0").get_weights()
vectors = model.get_layer("source_embedding")(token_ids).numpy()[0]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


h, c, gates, by_hand = np.zeros(units), np.zeros(units), [], []
for x in vectors:
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = f * c + i * g
    h = o * np.tanh(c)
    gates.append([i, f, o])
    by_hand.append(h)
difference = np.abs(np.array(by_hand) - hidden_states(model)).max()
print("largest difference to Keras:", difference)

gates = np.array(gates)  # (steps, 3, units)
figure, grid = plt.subplots(1, 3, figsize=(9, 3.4), dpi=90, layout="constrained")
for number, name in enumerate(["input gate", "forget gate", "output gate"]):
    image = grid[number].imshow(
        gates[:, number].T, cmap="Greys", vmin=0, vmax=1, aspect="auto"
    )
    grid[number].set_xticks(range(len(gates)), [*text, "⏎"], fontsize=7)
    grid[number].set(title=name, xlabel="time step", ylabel="unit")
figure.colorbar(image, ax=grid, label="open (1) or shut (0)")
plt.show()
kept = gates[1:, 1].prod(axis=0)  # through all of the noise
noise = gates[1:, 0].max(axis=0)  # the most that gets in afterwards
unit = (gates[0, 0] * kept * (1 - noise)).argmax()
print(f"unit {unit}: input gate {gates[0, 0, unit]:.2f} at the letter,", end=" ")
print(f"at most {noise[unit]:.2f} in the noise; {kept[unit]:.2f} kept to the end")

# %% [markdown]
# A unit remembers the letter if its input gate opens for it, and if then, while the
# noise goes by, its forget gate stays near one and its input gate near zero. The unit
# printed above is the one that does so most.
#
# ## The gradient on its way back
#
# Training has to find out that the *first* letter mattered. What it can learn from is
# the gradient of the encoder's last hidden state (here: of the sum of its units) with
# respect to the word vectors, and that is a product with one factor for each step in
# between. We measure its norm by distance, before and after training; the picture shows
# the mean over test sequences, and the range over the seeds.


# %%
def gradient_norms(model):
    """Norm of the gradient by distance from the end, as a share of that at the end."""
    ids = keras.ops.array([[*tokenizer.tokenize(s), 3] for s in test.source[:100]])
    vectors = model.get_layer("source_embedding")(ids)
    with tf.GradientTape() as tape:
        tape.watch(vectors)
        last = model.get_layer("encoder_0")(vectors)[1]
        total = tf.reduce_sum(last)
    norms = np.linalg.norm(tape.gradient(total, vectors).numpy(), axis=-1)
    norms = norms.mean(axis=0)[::-1]  # the last step first
    return norms / norms[0]


figure, grid = plt.subplots(
    1, 2, figsize=(9, 3.6), dpi=90, layout="constrained", sharey=True
)
for cell, cell_runs in runs.items():
    trained = [gradient_norms(model) for model, _, _ in cell_runs]
    before = []
    for model, untrained, _ in cell_runs:
        weights = model.get_weights()
        model.set_weights(untrained)
        before.append(gradient_norms(model))
        model.set_weights(weights)
    for axes, norms in zip(grid, (before, trained), strict=True):
        norms = np.array(norms)
        axes.plot(norms.mean(axis=0), label=cell)
        axes.fill_between(
            range(norms.shape[1]), norms.min(axis=0), norms.max(axis=0), alpha=0.2
        )
    print(
        f"{cell:<5} share left at the first letter: before {np.mean(before, axis=0)[-1]:.1e}, after {np.mean(trained, axis=0)[-1]:.1e}"
    )
grid[0].set(
    title="before training",
    xlabel="steps back from the end",
    ylabel="gradient norm, relative",
    yscale="log",
)
grid[1].set(title="after training", xlabel="steps back from the end", yscale="log")
grid[0].legend()
plt.show()

# %% [markdown]
# Before training, the gradient fades with distance in *every* cell: a straight line on
# a logarithmic axis is a product of like factors. The untrained GRU fades fastest, its
# gates half open; Keras starts the LSTM's forget gate with a bias of 1, which helps.
# Gates do not abolish the fading; they can be *learnt*. On the right, the GRU's curve
# comes up again at the far end: the way to the first letter stands open, and the noise
# between is skipped. The LSTM's no longer falls as it did. The plain cell has no gate
# that it could open; what it learns of the task depends on the seed. The table above
# says which cells got there with the epochs they had, and in how many of the seeds.

# %% [markdown]
# ## Three things to try
#
# 1. Make the noise longer until the GRU fails too. *Hint:* `noise_length = 60`, and give it
#    time: more epochs.
# 2. Start the LSTM with its forget gates wide open. *Hint:* the second quarter of the bias of
#    `encoder_0`; set it from 1 to 3 with `set_weights` before training (Gers et al. 2000).
# 3. Use the gates on words. *Hint:* train notebook 1's translator and draw the forget gate
#    over `i am not a student`: what is forgotten, and when?
