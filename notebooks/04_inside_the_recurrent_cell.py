# %% [markdown] lang="en"
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

# %% [markdown] lang="ko"
# # 4 · 순환 셀의 안쪽
#
# **무엇을 보나요?** 기본 셀, LSTM, GRU를 나란히 놓고 봅니다. 시점에 따른 은닉 상태, 손으로
# 계산한 게이트, 그리고 게이트가 왜 있는지 봅니다. 기울기가 시간을 거슬러 가며 얼마나 빨리 사라지고, 그것이
# 기억이 필요한 과제에 어떤 영향을 주는지가 그 답입니다. 비교하는 것은 모두 시드 세 개로 잽니다.
#
# **먼저 알아 둘 것.** 노트북 1, 연쇄 법칙, `tanh`와 시그모이드가 하는 일.
#
# **논문.** Bengio 외 1994, [Learning Long-Term Dependencies with
# Gradient Descent is
# Difficult](https://doi.org/10.1109/72.279181); Hochreiter와
# Schmidhuber 1997, [Long Short-Term
# Memory](https://doi.org/10.1162/neco.1997.9.8.1735); Gers 외
# 2000, [Learning to
# Forget](https://doi.org/10.1162/089976600300015015) (망각 게이트);
# Cho 외 2014, [Learning Phrase Representations using RNN
# Encoder-Decoder](https://arxiv.org/abs/1406.1078); Pascanu 외
# 2013, [On the Difficulty of Training Recurrent Neural
# Networks](https://arxiv.org/abs/1211.5063).

# %%
# In Colab: put the repository at /content/seq2seq_keras, uncomment the next line, run
# it, and restart the session.
# # %pip install --quiet "/content/seq2seq_keras[jupyter]"
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
# Tiny sizes for the package's tests; the value after "else" is the tutorial's.
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))

# %% [markdown] lang="en"
# ## A task that needs memory
#
# A sequence begins with one of eight letters, `a` to `h`; then comes noise, drawn from eight
# others. The answer is the first letter. Nothing in the noise helps: the encoder has to
# carry one letter past all of it. Guessing gives one in eight.

# %% [markdown] lang="ko"
# ## 기억이 필요한 과제
#
# 문자열은 `a`부터 `h`까지 여덟 글자 가운데 하나로 시작하고, 그 뒤로는 다른 여덟 글자에서 뽑은 잡음이
# 이어집니다. 답은 첫 글자입니다. 잡음은 아무 도움도 되지 않으므로, 인코더는 글자 하나를 잡음 끝까지 들고
# 가야 합니다. 찍으면 여덟에 하나를 맞힙니다.

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

# %% [markdown] lang="en"
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

# %% [markdown] lang="ko"
# ## 세 가지 셀
#
# $x_t$는 단어 벡터, $h_{t-1}$은 직전의 은닉 상태이고, 게이트는 유닛마다 0과 1 사이의 수입니다.
#
# - **기본 셀**: $h_t = \tanh(W x_t + U h_{t-1} + b)$
# - **LSTM**: 게이트 $i, f, o = \sigma(\dots)$와 후보 $g = \tanh(\dots)$가 저마다 $W, U, b$를 갖습니다. 셀 상태는
#   $c_t = f \odot c_{t-1} + i \odot g$, 은닉 상태는 $h_t = o \odot \tanh(c_t)$
# - **GRU**: 게이트 $z, r = \sigma(\dots)$와 $r \odot h_{t-1}$을 보는
#   후보 $\tilde h$가 있고(Keras에서는 GPU에 맞게 $r \odot (U h_{t-1} +
#   b)$), $h_t = z \odot h_{t-1} + (1 - z) \odot \tilde h$
#
# 그래서 LSTM의 가중치는 기본 셀의 네 배, GRU는 세 배입니다(Keras의 GRU는 부분마다 편향이 둘입니다). 손으로
# 센 값과 Keras가 센 값을 견주어 봅시다.

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

# %% [markdown] lang="en"
# ## Who remembers?
#
# Each cell three times, with another seed each; all else is equal.

# %% [markdown] lang="ko"
# ## 누가 기억하나
#
# 셀마다 시드를 바꿔 세 번씩 학습시킵니다. 나머지는 모두 같습니다.


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

# %% [markdown] lang="en"
# ## The hidden state over time
#
# One test sequence, the hidden states of the encoder of each cell (first seed): a
# column for each time step, a row for each unit; `rnn` is the plain cell, `⏎` is
# `<eos>`. Units that keep their colour from the first column to the last can carry
# something through the noise (a colour that is the same for every first letter carries
# nothing).

# %% [markdown] lang="ko"
# ## 시점에 따른 은닉 상태
#
# 테스트 문자열 하나를 읽는 동안의 인코더 은닉 상태입니다(첫째 시드). 열은 시점(time step), 행은 유닛(unit), 색은 은닉 상태(hidden state)입니다. `rnn`이 기본 셀이고 `⏎`는 `<eos>`입니다. 첫 열에서 끝
# 열까지 색이 그대로인 유닛이 잡음을 지나 무언가를 나를 수 있습니다(첫 글자가 무엇이든 색이 같다면 아무것도 나르지 않는 것입니다).

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

# %% [markdown] lang="en"
# ## The gates of an LSTM, by hand
#
# Nothing about the cell is hidden: its kernel, recurrent kernel and bias hold the four parts
# side by side, in Keras in the order $i, f, g, o$. A NumPy loop gives the same hidden states
# as Keras, and the gates on the way.

# %% [markdown] lang="ko"
# ## 손으로 계산한 LSTM의 게이트
#
# 셀에는 감춰진 것이 없습니다. 커널, 순환 커널, 편향에 네 부분이 나란히 들어 있고, Keras의 순서는
# $i, f, g, o$입니다. NumPy 반복문으로 Keras와 똑같은 은닉 상태를 얻고, 그 과정에서 게이트도
# 얻습니다. 그림은 차례로 입력(input), 망각(forget), 출력(output) 게이트입니다. 1이면 열린(open) 것이고
# 0이면 닫힌(shut) 것입니다.

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

# %% [markdown] lang="en"
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

# %% [markdown] lang="ko"
# 첫 글자에서 입력 게이트가 열리고, 그 뒤 잡음이 지나가는 동안 망각 게이트가 1에, 입력 게이트가 0에 가깝게
# 머무는 유닛이 글자를 기억하는 유닛입니다. 위에 출력한 것은 그렇게 하는 정도가 가장 큰 유닛입니다.
#
# ## 되돌아가는 기울기
#
# 학습은 *첫* 글자가 중요했다는 것을 알아내야 합니다. 단서는 인코더의 마지막 은닉 상태(여기서는 유닛의 합)를 단어 벡터로 미분한
# 기울기인데, 이것은 사이에 있는 시점마다 인수가 하나씩 붙는 곱입니다. 학습 전(before training)과
# 후(after training)에 거리별로 그 크기를 잽니다. 그림은 테스트 문자열에 대한 평균과 시드에 따른 범위입니다. 가로축은
# 끝에서 거슬러 간 시점의 수, 세로축은 끝에서의 크기를 1로 본 기울기의 크기입니다.


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

# %% [markdown] lang="en"
# Before training, the gradient fades with distance in *every* cell: a straight line on
# a logarithmic axis is a product of like factors. The untrained GRU fades fastest, its
# gates half open; Keras starts the LSTM's forget gate with a bias of 1, which helps.
# Gates do not abolish the fading; they can be *learnt*. On the right, the GRU's curve
# comes up again at the far end: the way to the first letter stands open, and the noise
# between is skipped. The LSTM's no longer falls as it did. The plain cell has no gate
# that it could open; what it learns of the task depends on the seed. The table above
# says which cells got there with the epochs they had, and in how many of the seeds.

# %% [markdown] lang="ko"
# 학습하기 전에는 *어느* 셀에서나 거리가 멀수록 기울기가 사라집니다. 로그 축에서 직선이면 비슷한 인수를 거듭
# 곱한 것입니다. 학습하지 않은 GRU가 가장 빨리 사라지는데, 게이트가 반쯤만 열려 있기 때문입니다.
# Keras는 LSTM의 망각 게이트를 편향 1로 시작해서 덜 사라집니다. 게이트가 사라짐을 없애 주지는 않지만,
# 게이트는 *배울 수* 있습니다. 오른쪽 그림에서 GRU의 곡선은 먼 끝에서 다시 올라옵니다. 첫 글자로 가는
# 길이 열려 있고 그사이의 잡음은 건너뜁니다. LSTM의 곡선은 전처럼 내려가지 않습니다. 기본 셀에는 열
# 게이트가 없고, 과제를 얼마나 배우는지는 시드에 달려 있습니다. 주어진 에폭 안에 어느 셀이 몇 개의 시드에서
# 해냈는지는 위의 표에 있습니다.

# %% [markdown] lang="en"
# ## Three things to try
#
# 1. Make the noise longer until the GRU fails too. *Hint:* `noise_length = 60` in the
#    first cell after `FAST`; then run that cell and all below it again. A longer
#    sequence may take more epochs than the 8 of `train_and_test`: give the GRU time
#    before you say that it fails.
# 2. Start the LSTM with its forget gates wide open. *Hint:* the second quarter of the bias of
#    `encoder_0`; set it from 1 to 3 with `set_weights` before training (Gers et al. 2000).
# 3. Use the gates on words: draw the forget gate over `i am not a student`. What is
#    forgotten, and when? *Hint:* at the end of notebook 1 run
#    `translator.save("first_translator")`, and here `first =
#    s2s.Translator.load("first_translator")`. In the cell of the gates take `model =
#    first.model`, `units = 192`, `text = "i am not a student".split()` and `token_ids =
#    keras.ops.array([[*first.source_tokenizer.tokenize(" ".join(text)), 3]])`.

# %% [markdown] lang="ko"
# ## 해 볼 것 세 가지
#
# 1. GRU도 못 풀 때까지 잡음을 늘려 보세요. *힌트:* `FAST` 다음의 첫 셀에서 `noise_length = 60`으로 바꾸고, 그 셀과
#    아래의 셀을 모두 다시 실행합니다. 긴 문자열에는 `train_and_test`의 8에폭보다 더 필요할 수 있으니, 못 푼다고
#    말하기 전에 GRU에 시간을 주세요.
# 2. LSTM의 망각 게이트를 활짝 열고 시작해 보세요. *힌트:* `encoder_0`의 편향에서 두 번째 4분의 1입니다. 학습
#    전에 `set_weights`로 1을 3으로 바꿉니다(Gers 외 2000).
# 3. 단어에도 게이트를 써 보세요. `i am not a student`를 읽는 동안의 망각 게이트를 그려 봅니다. 무엇을 언제
#    잊나요? *힌트:* 노트북 1의 끝에서 `translator.save("first_translator")`를 실행하고, 여기서 `first =
#    s2s.Translator.load("first_translator")`로 불러옵니다. 게이트의 셀에서 `model = first.model`, `units = 192`,
#    `text = "i am not a student".split()`, `token_ids =
#    keras.ops.array([[*first.source_tokenizer.tokenize(" ".join(text)), 3]])`로 바꿉니다.
