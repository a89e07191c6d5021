# %% [markdown] lang="en"
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

# %% [markdown] lang="ko"
# # 3 · 교사 강요와 디코딩
#
# **무엇을 보나요?** 학습할 때 디코더는 정답 번역을 읽고, 추론할 때는 자기가 쓴 것을 읽습니다. 먼저 이 차이가
# 얼마나 손해인지 숫자로 잽니다. 그다음 디코더에서 번역을 꺼내는 방법들(탐욕 탐색, 샘플링, 빔 탐색)을 보고,
# 번역이 어떻게 끝나는지도 봅니다.
#
# **먼저 알아 둘 것.** 노트북 1: 인코더, 디코더, `<sos>`와 `<eos>`.
#
# **논문.** Williams와 Zipser 1989, [A Learning Algorithm for
# Continually Running Fully Recurrent Neural
# Networks](https://doi.org/10.1162/neco.1989.1.2.270)(교사 강요);
# Sutskever 외 2014, [Sequence to Sequence Learning with Neural
# Networks](https://arxiv.org/abs/1409.3215)(빔 탐색); Bengio 외
# 2015, [Scheduled
# Sampling](https://arxiv.org/abs/1506.03099)(예정 샘플링); Ranzato 외
# 2016, [Sequence Level
# Training](https://arxiv.org/abs/1511.06732)(노출 편향); Holtzman 외
# 2020, [The Curious Case of Neural Text
# Degeneration](https://arxiv.org/abs/1904.09751)(top-p).

# %%
# In Colab: put the repository at /content/seq2seq_keras, uncomment the next line, run
# it, and restart the session.
# # %pip install --quiet "/content/seq2seq_keras[jupyter]"
import collections
import os

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display
from keras import ops
from seq2seq_keras.plots import token_label

keras.utils.set_random_seed(0)
# Tiny sizes for the package's tests; the value after "else" is the tutorial's.
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))
pd.set_option("display.max_colwidth", 60)

# %% [markdown] lang="en"
# ## A corpus with more than one right answer
#
# Sentences that people wrote for Tatoeba. A sentence may have several translations
# there (one or several people, familiar or polite, a man or a woman: `I must go
# alone.`, an example further below, has three), so that the decoder has something to be
# unsure of. The split is by source: no sentence of the validation part was trained.
# Where the corpus cannot be had, the built-in phrasebook takes its place.

# %% [markdown] lang="ko"
# ## 정답이 여럿인 말뭉치
#
# Tatoeba에 사람들이 직접 올린 문장입니다. 한 문장에 번역이 여럿 있기도 합니다. 상대가 한 사람인지
# 여럿인지, 말을 놓는지 높이는지, 남자인지 여자인지에 따라 달라지므로(더 아래에서 예로 드는 `I must go
# alone.`에는 셋이 있습니다) 디코더도 망설일 거리가 있습니다. 원문을 기준으로 나누었으므로 검증 집합의
# 문장은 학습에 쓰이지 않았습니다. 말뭉치를 구할 수 없으면 내장 회화집으로 대신합니다.

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

# %% [markdown] lang="en"
# ## What training feeds
#
# One batch holds four arrays: the source, the decoder's input, the target and the
# weights. The decoder's input is the right translation with `<sos>` in front; the
# target is the same with `<eos>` at its end. So both are the same tokens, one step
# apart, and at each step the decoder is asked: *if all so far was right, what comes
# next?* Shorter sentences are filled with `<pad>`, whose weight in the loss is 0. Here
# is a row of all but the source.

# %% [markdown] lang="ko"
# ## 학습할 때 넣는 것
#
# 배치 하나에는 배열이 넷 있습니다. 원문, 디코더의 입력, 목표, 가중치(weight)입니다. 디코더의
# 입력(decoder input)은 정답 번역 앞에 `<sos>`를 붙인 것이고, 목표(target)는 같은 번역 뒤에 `<eos>`를 붙인
# 것입니다. 즉 둘은 한 칸 어긋난 같은 토큰들이고, 시점마다 디코더에게 이렇게 묻는 셈입니다. *여기까지가 다
# 맞다면 다음은 무엇인가?* 짧은 문장은 `<pad>`로 채우며, 그 자리는 손실에서 가중치가 0입니다. 아래는 원문을 뺀
# 세 배열의 한 행입니다.

# %%
inputs, labels, weights = (
    s2s.make_dataset(validation, *tokenizers, batch_size=600, shuffle=False)
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

# %% [markdown] lang="en"
# ## Training
#
# A GRU whose decoder sees the context vector at every step (`feed_context`), as in Cho et
# al. 2014.

# %% [markdown] lang="ko"
# ## 학습
#
# Cho 외 2014처럼 디코더가 시점마다 컨텍스트 벡터를 보는(`feed_context`) GRU입니다.

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

# %% [markdown] lang="en"
# ## What use feeds
#
# In use there is no right translation to read. At each step the decoder gets its own last
# word, and a mistake, once made, is part of all that follows: it has never seen one in
# training. Ranzato et al. call that *exposure bias*.
#
# The picture asks at each position of the reference: did the model name the right token?
# Once with the true words before it, once with its own.

# %% [markdown] lang="ko"
# ## 추론할 때 넣는 것
#
# 추론할 때는 읽을 정답이 없습니다. 디코더는 매 시점 자기가 방금 쓴 단어를 받습니다. 한번 틀리면 그 실수는 뒤에
# 오는 모든 것의 일부가 되는데, 학습할 때는 그런 것을 본 적이 없습니다. Ranzato 외(2016)는 이것을 *노출 편향*(exposure bias)이라고 부릅니다.
#
# 그림은 참조 번역의 위치(position)마다 묻습니다. 모델이 맞는 토큰을 댔는가? 한 번은 앞에 정답 단어들을 주고(after
# the true words), 한 번은 모델이 직접 쓴 단어들을 줍니다(after its own words). 세로축은 맞힌 토큰의
# 비율(share of right tokens)입니다.

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
    title="Right tokens by position",
    xlabel="position",
    ylabel="share of right tokens",
    ylim=(0, 1),
)
axes.legend(loc="lower left")
plt.show()

# %% [markdown] lang="en"
# Not all of that gap is exposure bias. Where several translations are right, a model that
# wrote `vous` for `tu` goes on rightly after its own word and is counted wrong. Two closer
# looks follow. First, split the positions of each sentence at the model's first own
# mistake. Up to there both ways feed the same words, so the shares must be equal; the
# whole gap arises after it. (With the true prefix the later positions are the easier ones,
# as the picture shows, so compare along the rows.)

# %% [markdown] lang="ko"
# 이 차이가 모두 노출 편향은 아닙니다. 맞는 번역이 여럿이면, `tu` 대신 `vous`를 쓴 모델은 자기 말에 이어
# 올바르게 계속 쓰고도 틀린 것으로 집계됩니다. 그래서 두 가지를 더 자세히 봅니다. 첫째, 문장마다 위치를 모델의
# 첫 실수를 기준으로 나눕니다. 거기까지는 두 방법이 같은 단어를 넣으므로 비율이 같아야 하고, 차이는 모두 그
# 뒤에서 생깁니다. (그림에서 보듯 정답을 읽을 때는 뒤쪽 위치가 더 쉬우므로, 같은 행끼리 비교하세요.)

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

# %% [markdown] lang="en"
# Second, an experiment that no second translation disturbs: keep the true prefix, but
# put *one* random word in the place of its third token. Then the truth goes on. How
# long does one wrong word in its past disturb the decoder? (The token right after it
# suffers most, the one after that less; then the loss is nearly gone.)

# %% [markdown] lang="ko"
# 둘째, 다른 번역이 끼어들 수 없는 실험입니다. 정답을 넣되 셋째 토큰 자리에만 아무 단어나 *하나* 넣습니다.
# 그 뒤로는 다시 정답입니다. 과거에 틀린 단어가 하나 있으면 디코더는 얼마나 오래 흔들릴까요? (바로 다음
# 토큰이 가장 크게, 그다음은 덜 흔들리고, 그 뒤에는 거의 회복됩니다.) 그림의 두 선은 정답만 읽을 때(true
# prefix)와 틀린 단어를 하나 읽을 때(one wrong word in the prefix)이고, 점선부터 그 단어가 읽힙니다.

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
axes.set(
    title="After one wrong word",
    xlabel="position",
    ylabel="share of right tokens",
    ylim=(0, 1),
)
figure.legend(loc="outside lower center", ncols=3)
plt.show()
print(f"{len(fed)} sentences of seven tokens or more")
print("lost at each position:", np.round(shares[0] - shares[1], 3))

# %% [markdown] lang="en"
# What can be done about it? *Scheduled sampling* (Bengio et al. 2015) feeds the decoder
# some of its own words while it trains, more and more of them:
# `compile_model(..., scheduled_sampling=...)`. It does not always help; try it below. The
# other way is to search better, which is the rest of this notebook.

# %% [markdown] lang="ko"
# 어떻게 하면 좋을까요? *예정 샘플링*(scheduled sampling, Bengio 외 2015)은 학습하는 동안 디코더에게 자기가 쓴 단어를 조금씩,
# 점점 더 많이 넣어 줍니다. `compile_model(..., scheduled_sampling=...)`로 켭니다. 늘 도움이 되지는 않으니
# 아래에서 직접 해 보세요. 또 다른 길은 더 잘 탐색하는 것이고, 이 노트북의 나머지가 그 이야기입니다.

# %% [markdown] lang="en"
# ## One distribution, many ways to choose
#
# All that a decoder gives is a distribution over the next token. *Greedy search* takes the
# most probable one. *Sampling* draws. A temperature divides the logits before: below 1 the
# probable tokens win more, above 1 all come closer together. Our example is that
# sentence of the validation part, of those with four words or more, which has the most
# translations.

# %% [markdown] lang="ko"
# ## 분포는 하나, 고르는 방법은 여럿
#
# 디코더가 주는 것은 다음 토큰의 확률 분포뿐입니다. *탐욕 탐색*은 가장 확률이 높은 것을 고르고, *샘플링*은
# 확률에 따라 무작위로 뽑습니다. 온도(temperature)는 뽑기 전에 로짓을 나누는 값입니다. 1보다 낮으면 확률 높은 토큰이 더 유리해지고, 1보다
# 높으면 모두 서로 가까워집니다. 예로는 검증 집합에서 네 단어 이상인 문장 가운데 번역이 가장 많은 것을
# 쓰고, 번역의 첫 토큰이 될 확률(probability)을 온도별로 그립니다.

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

# %% [markdown] lang="en"
# The rest of the probability lies on thousands of words that are each improbable; at a
# high temperature they are not improbable together. `top_k` draws from the k most
# probable tokens only, `top_p` from the smallest set of tokens that holds the share p:
# many where the model is unsure, few where it is sure. This small model rarely finds
# `alone`; look at how the ways differ.

# %% [markdown] lang="ko"
# 나머지 확률은 수천 개의 단어에 흩어져 있습니다. 하나하나의 확률은 낮지만, 온도가 높으면 합쳐서는 낮지 않습니다. `top_k`는
# 확률이 높은 k개에서만 뽑고, `top_p`는 합이 p가 되는 가장 작은 토큰 집합에서 뽑습니다. 모델이 망설이는
# 곳에서는 많은 토큰이, 확신하는 곳에서는 몇 개만 남습니다. 이 작은 모델은 `alone`을 좀처럼 찾지 못합니다. 방법들이 어떻게 다른지를 보세요.

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

# %% [markdown] lang="en"
# ## Beam search
#
# Greedy search cannot take back a word. A *beam* keeps the best few beginnings at every
# step, lets each grow by every token, and keeps the best few again. The tree shows them
# all: under each token its probability after what stands to its left; at the end of a
# branch its rank and score, the mean log-probability of its tokens (the next section
# says why). Branches that just end were given up. In pictures `￭` is drawn as `▪`.
#
# A column may hold more tokens than the beam is wide, since a translation that is
# finished by `<eos>` takes no place from those that go on. The search ends when as many
# are finished as the beam is wide, or when none that goes on can be among the best.

# %% [markdown] lang="ko"
# ## 빔 탐색
#
# 탐욕 탐색은 쓴 단어를 무를 수 없습니다. *빔*은 시점마다 가장 좋은 앞부분을 몇 개 남기고, 각각에 모든
# 토큰을 이어 본 뒤, 다시 가장 좋은 몇 개를 남깁니다. 트리에는 그 모두가 그려져 있습니다. 토큰 밑의 숫자는
# 왼쪽에 쓰인 것 다음에 그 토큰이 올 확률이고, 가지 끝에는 순위와 점수가 있습니다. 점수는 토큰의 로그 확률
# 평균이며 그 까닭은 다음 절에 있습니다. 그냥 끊긴 가지는 포기한 것입니다. 그림에서 `￭`는 `▪`로
# 그립니다.
#
# 한 열에 빔의 너비보다 많은 토큰이 있을 수 있습니다. `<eos>`로 끝난 번역은 계속되는 것들의 자리를 차지하지 않기
# 때문입니다. 끝난 번역이 빔의 너비만큼 모이거나, 계속되는 것 가운데 상위에 들 만한 것이 더 없으면 탐색이 끝납니다.

# %%
result = translator.decode(text, beam_width=4, n_best=4, trace=True)
display(s2s.plot_beam(result, title=f"The beam as a tree: “{text}”"))

# %% [markdown] lang="en"
# ## The n-best list, and why length counts
#
# The probability of a translation is the product of its tokens'; its logarithm is a sum
# of negative numbers, and each further token lowers it. Unless something is done about
# it, the search prefers short translations. So the sum is divided by `length **
# penalty`: with 0 not at all, with 1 it is the mean for each token. Here are the best
# of a wider beam that divided by nothing, and their scores and ranks with three
# penalties: does a longer one overtake?

# %% [markdown] lang="ko"
# ## n-best 목록, 그리고 길이가 중요한 까닭
#
# 번역의 확률은 토큰 확률의 곱입니다. 로그를 취하면 음수의 합이므로 토큰이 하나 늘 때마다 낮아집니다. 그대로
# 두면 탐색은 짧은 번역을 좋아하게 됩니다. 그래서 합을 `length ** penalty`로 나눕니다. 0이면 나누지 않는
# 것이고, 1이면 토큰당 평균입니다. 아래는 길이로 나누지 않은 더 넓은 빔에서 가장 좋았던 번역들과, 길이
# 벌점(penalty) 세 가지에 따른 점수와 순위입니다. 더 긴 번역이 앞지르나요?

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

# %% [markdown] lang="en"
# ## Does a better search make a better translation?
#
# The same validation sentences with wider beams, with and without that division. Look
# at three things: how probable the translations are in the model's eyes (the mean of
# their log-probabilities), how long they are, and what BLEU says. A penalty of 0 is
# `length_normalization="none"`; `"average"` has a penalty of 1.

# %% [markdown] lang="ko"
# ## 탐색을 잘하면 번역도 좋아질까
#
# 같은 검증 문장을 더 넓은 빔으로, 길이로 나누기도 하고 나누지 않기도 하며 번역합니다. 세 가지를 보세요.
# 모델이 보기에 번역이 얼마나 그럴듯한가(로그 확률의 평균), 얼마나 긴가, 그리고 BLEU는 무엇이라 하는가.
# 길이 벌점 0은 `length_normalization="none"`과 같고, `"average"`의 길이 벌점은
# 1입니다.

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

# %% [markdown] lang="en"
# The beam finds more probable translations, and without the division shorter ones. With
# one seed and no interval, differences of BLEU as small as these cannot be told from
# chance. BLEU is low in every row, partly because the model is small and often wrong,
# partly because each pair has one reference, though other translations are right.

# %% [markdown] lang="ko"
# 빔은 더 그럴듯한 번역을 찾고, 길이로 나누지 않으면 더 짧은 것을 찾습니다. 시드가 하나이고 구간도 없으니, 이만큼
# 작은 BLEU의 차이는 우연과 구별할 수 없습니다. 모든 행에서 BLEU가 낮은 데에는 모델이 작아 자주 틀리는 탓도
# 있고, 맞는 번역이 여럿인데 쌍마다 참조가 하나뿐인 탓도 있습니다.

# %% [markdown] lang="en"
# ## Where `<eos>` comes from
#
# Nobody tells the decoder how long the translation is to be. `<eos>` is a token like
# any other: it stood at the end of every target in training, and the decoder writes it
# when it becomes the most probable one. Below are greedy translations of three
# sentences, token by token, and how probable `<eos>` was each time (mind the scale:
# each label down is a hundred times less). Beside it, a mark that ends a sentence:
# where sentences end in a full stop, it is there that the end is decided, and `<eos>`
# follows.

# %% [markdown] lang="ko"
# ## `<eos>`는 어디에서 오는가
#
# 번역이 얼마나 길어야 하는지 디코더에게 알려 주는 사람은 없습니다. `<eos>`도 다른 것과 똑같은
# 토큰입니다. 학습할 때 모든 목표 문장의 끝에 있었고, 디코더는 그것이 가장 그럴듯해지면 씁니다. 아래는 문장
# 셋의 탐욕 탐색 번역을 토큰별로 늘어놓고, 그때마다 `<eos>`의 확률(probability)이 얼마였는지 그린 것입니다(눈금에
# 주의하세요. 눈금이 한 칸 내려갈 때마다 100분의 1로 줄어듭니다). 옆의 선은 문장을 맺는 부호의 확률입니다. 문장이
# 마침표로 끝나는 말뭉치라면 끝은 거기서 정해지고 `<eos>`는 뒤따를 뿐입니다.

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

# %% [markdown] lang="en"
# A model that is hardly trained may not know yet when to stop; that is why every search
# has a `max_length`. One that knows may still be forced: `min_length` forbids `<eos>` up to
# a length.

# %% [markdown] lang="ko"
# 거의 학습하지 않은 모델은 언제 멈춰야 할지 아직 모를 수 있습니다. 그래서 모든 탐색에는 `max_length`가 있습니다.
# 멈출 줄 아는 모델이라도 더 쓰게 할 수 있습니다. `min_length`는 정한 길이까지 `<eos>`를 금지합니다.

# %% [markdown] lang="en"
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

# %% [markdown] lang="ko"
# ## 해 볼 것 세 가지
#
# 1. 예정 샘플링으로 한 번 더 학습시키고 노출 편향의 두 그림을 다시 그려 보세요. *힌트:* 모델을 새로
#    만든 다음 `s2s.compile_model(model,
#    scheduled_sampling=s2s.ScheduledSampling(0.25, steps))`.
# 2. 아주 넓은 빔으로, 길이로 나누지 않고 탐색해 보세요. 길이가 어떻게 되나요?
#    *힌트:* 문장 백 개에 `beam_width=50, length_normalization="none"`.
# 3. 샘플들이 서로 얼마나 다른지 재 보세요. 문장 몇 개에서 번역을 스무 개씩 뽑아 서로 다른 것을 셉니다.
#    온도는 0.3에서 1.5까지 바꿉니다. *힌트:* `sample=True, n_best=20, temperature=...`와 `len(set(...))`.
