# %% [markdown] lang="en"
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

# %% [markdown] lang="ko"
# # 5 · 컨텍스트 벡터
#
# **무엇을 보나요?** 인코더와 디코더 사이에는 벡터가 하나 있습니다. 인코더의 마지막 상태입니다. 문장은
# 점이 되어, 문형이 같은 문장은 가까이 모이고 단어 하나를 바꾸면 점이 움직입니다. 그런데 이 벡터는
# 병목이기도 합니다. 원문이 길수록 덜 전해집니다. 무엇이 얼마나 도움이 되는지 시드 세 개로 재어 봅니다.
#
# **먼저 알아 둘 것.** 노트북 1과 2: 두 모듈과 코사인 유사도.
#
# **논문.** Sutskever 외 2014, [Sequence to Sequence Learning with
# Neural Networks](https://arxiv.org/abs/1409.3215); Cho 외 2014,
# [On the Properties of Neural Machine
# Translation](https://arxiv.org/abs/1409.1259), [Learning
# Phrase Representations using RNN
# Encoder-Decoder](https://arxiv.org/abs/1406.1078)(매 시점의 컨텍스트).

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
from sklearn.decomposition import PCA

keras.utils.set_random_seed(0)
# Tiny sizes for the package's tests; the value after "else" is the tutorial's.
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))

# %% [markdown] lang="en"
# ## A translator without attention
#
# English to French, built in, GRU cells: the encoder's last hidden state is all that the
# decoder gets.

# %% [markdown] lang="ko"
# ## 어텐션이 없는 번역기
#
# 내장 말뭉치로 영어를 프랑스어로 옮기는 GRU 모델입니다. 디코더가 받는 것은 인코더의 마지막 은닉
# 상태뿐입니다.

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

# %% [markdown] lang="en"
# ## Sentences as points
#
# Three groups of sentences: statements, their negations and questions, about three
# people. Within a group, sentences differ in one word.

# %% [markdown] lang="ko"
# ## 점이 된 문장
#
# 세 사람에 대한 평서문, 부정문, 의문문입니다. 한 무리 안에서는 단어 하나만 다릅니다.

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

# %% [markdown] lang="en"
# The cosine similarity of every two of them: 1 means the same direction. Look for blocks:
# is it the pattern or the person that decides?

# %% [markdown] lang="ko"
# 문장을 둘씩 짝지어 구한 코사인 유사도(cosine similarity)입니다. 1이면 같은 방향입니다. 덩어리를 찾아보세요. 문형이 정하나요,
# 사람이 정하나요?

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

# %% [markdown] lang="en"
# Sentences of one pattern are more alike than sentences about one person. Look at the
# picture once more: statements and their negations are near to each other, and
# questions far from both. The two directions in which the points differ most (principal
# components), as a map; a color is a pattern, a shape a person:

# %% [markdown] lang="ko"
# 같은 사람에 대한 문장끼리보다 같은 문형의 문장끼리가 더 비슷합니다. 그림을 다시 보면 평서문과 부정문은 서로
# 가깝고, 의문문은 둘 모두에서 멉니다. 다음은 점들이 가장 크게 흩어지는 두 방향(주성분)으로 그린 지도입니다.
# 가로축이 첫째 주성분, 세로축이 둘째 주성분이고, 색은 문형, 모양은 사람입니다.

# %%
points = PCA(n_components=2).fit_transform(contexts)
figure, axes = plt.subplots(figsize=(7.5, 4.5), dpi=90, layout="constrained")
for number, sentence in enumerate(sentences):
    look = {"color": f"C{pattern_of[number]}", "marker": "o^s"[person_of[number]]}
    axes.scatter(*points[number], s=60, alpha=0.6, label=sentence, **look)
axes.set(
    title="Context vectors, two principal components",
    xlabel="first component",
    ylabel="second component",
)
axes.legend(bbox_to_anchor=(1, 1), loc="upper left")
plt.show()

# %% [markdown] lang="en"
# ## The bottleneck
#
# To see how much fits into the vector we need sources of every length and a task where
# nothing can be guessed: copying strings of random letters. A string is right only if
# every letter is.

# %% [markdown] lang="ko"
# ## 병목
#
# 벡터에 얼마나 들어가는지 보려면 온갖 길이의 원문과, 짐작으로는 맞힐 수 없는 과제가 필요합니다. 무작위
# 글자로 된 문자열을 베껴 쓰게 합시다. 글자가 모두 맞아야 맞은 것으로 칩니다.


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


# %% [markdown] lang="en"
# Four models, each with three seeds: the plain one; one that reads the source backwards,
# so that the first letters are the freshest (Sutskever et al.); one whose decoder gets the
# context vector at every step and not only at the first (Cho et al.); and one with twice
# the units.

# %% [markdown] lang="ko"
# 모델 네 가지를 시드 세 개씩 학습시킵니다. 기본 모델(plain), 첫 글자가 가장 생생하도록 원문을 거꾸로
# 읽는 모델(source reversed, Sutskever 외), 컨텍스트 벡터를 처음뿐 아니라 매 시점
# 디코더에 주는 모델(context at each step, Cho 외), 유닛이 두 배인 모델(twice the
# units)입니다. 그림의 선은 시드 평균, 띠는 시드에 따른 범위입니다. 가로축은 문자열의 글자 수, 세로축은
# 학습에 쓰지 않은 문자열의 완전 일치율(exact match)입니다.

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

# %% [markdown] lang="en"
# Every curve falls with length: there is only so much that one vector of this size
# carries after this much training. The remedies help with strings of middle length,
# some more and some less; with the longest ones all fail. What holds there is in
# notebook 6.

# %% [markdown] lang="ko"
# 모든 곡선이 길이에 따라 내려갑니다. 이만한 크기의 벡터가 이만큼 학습해서 나를 수 있는 양에는 한계가
# 있습니다. 처방들은 중간 길이에서 정도는 달라도 도움이 되지만, 가장 긴 문자열에서는 모두 실패합니다. 거기서도 버티는 것은 노트북 6에 있습니다.

# %% [markdown] lang="en"
# ## Three things to try
#
# 1. Combine the remedies: reversed source, context at each step, twice the units. *Hint:*
#    `score_copier(0, reverse_source=True, feed_context=True, units=128)`.
# 2. LSTM cells have two states. Are both of them needed on the map? *Hint:* the encoder's
#    dictionary then also has `layer_0_cell`.
# 3. Translate from the middle of the map: average the states of two sentences and let the
#    decoder unroll the result. *Hint:* notebook 1 has the loop.

# %% [markdown] lang="ko"
# ## 해 볼 것 세 가지
#
# 1. 처방을 한꺼번에 써 보세요. 거꾸로 읽기, 매 시점의 컨텍스트, 두 배의 유닛. *힌트:*
#    `score_copier(0, reverse_source=True, feed_context=True, units=128)`.
# 2. LSTM 셀에는 상태가 둘입니다. 지도에 둘 다 필요할까요? *힌트:* 그때 인코더의 사전에는
#    `layer_0_cell`도 있습니다.
# 3. 지도의 한가운데에서 번역해 보세요. 두 문장의 상태를 평균 내어 디코더로 풀어 봅니다. *힌트:* 반복문은
#    노트북 1에 있습니다.
