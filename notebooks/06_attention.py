# %% [markdown] lang="en"
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

# %% [markdown] lang="ko"
# # 6 · 어텐션
#
# **무엇을 보나요?** 원문을 벡터 하나에 눌러 담는 대신, 디코더가 매 시점 필요한 곳을 원문 전체에서
# 찾아봅니다. 대표적인 두 점수 함수를 식에서 출발해 NumPy로 계산하고 모델의 값과 비교합니다. 어디를
# 보는지는 히트맵으로 그리고, 길이가 늘어나는 문자열에서는 노트북 5의 곡선 위에 어텐션의 곡선을 겹쳐
# 봅니다.
#
# **먼저 알아 둘 것.** 노트북 5의 병목, 소프트맥스, 내적.
#
# **논문.** Bahdanau 외 2015, [Neural Machine Translation by Jointly Learning to Align and
# Translate](https://arxiv.org/abs/1409.0473); Luong 외 2015, [Effective Approaches to
# Attention-based Neural Machine Translation](https://arxiv.org/abs/1508.04025).

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
from IPython.display import display

keras.utils.set_random_seed(0)
# Tiny sizes for the package's tests; the value after "else" is the tutorial's.
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))
np.set_printoptions(suppress=True)

# %% [markdown] lang="en"
# ## Two translators with attention
#
# English to French, built in. The one attends as Luong does, the other as Bahdanau
# does; all else is equal. The encoder is bidirectional: one half of its units reads
# forwards, the other half backwards. One seed each ranks nothing, and neither does a
# comparison with notebooks 1 and 5, whose models have more units and saw more
# sentences.

# %% [markdown] lang="ko"
# ## 어텐션을 쓰는 번역기 둘
#
# 내장 말뭉치로 영어를 프랑스어로 옮깁니다. 하나는 Luong의 방식, 하나는 Bahdanau의 방식으로 어텐션을
# 하고, 나머지는 모두 같습니다. 인코더는 양방향입니다. 유닛의 절반은 앞에서부터, 절반은 뒤에서부터 읽습니다.
# 시드 하나로는 순위를 매길 수 없고, 유닛이 더 많고 문장을 더 많이 본 노트북 1과 5의 모델과 견줄 수도
# 없습니다.

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

# %% [markdown] lang="en"
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

# %% [markdown] lang="ko"
# ## Luong: 지금의 출력이 묻는다
#
# 디코더가 한 시점을 나아가면, 그 출력 $h_t$가 인코더 출력 $\bar h_s$ 하나하나에 얼마나 잘 맞는지
# 묻습니다(식 8, "general").
#
# $$\mathrm{score}(h_t, \bar h_s) = h_t^\top W \bar h_s, \qquad
# a_t(s) = \frac{\exp \mathrm{score}(h_t, \bar h_s)}{\sum_{s'} \exp \mathrm{score}(h_t,
# \bar h_{s'})}, \qquad c_t = \sum_s a_t(s)\, \bar h_s .$$
#
# 컨텍스트 $c_t$와 $h_t$를 합쳐 어텐션 벡터 $\tilde h_t = \tanh(W_c [c_t; h_t])$를 만들고, 여기서
# 다음 단어를 예측합니다. 추론용 모델 두 개로 한 시점을 나아간 다음, 가중치를 직접 계산해 봅시다.

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

# %% [markdown] lang="en"
# ## Bahdanau: the previous state asks
#
# Here the question comes *before* the step, from the state $s_{i-1}$; the score is a small
# network (appendix A.1.2), and the context is an input of the cell:
#
# $$e_{ij} = v^\top \tanh(W s_{i-1} + U h_j), \qquad a_i = \mathrm{softmax}(e_i), \qquad
# s_i = f(s_{i-1}, y_{i-1}, c_i).$$

# %% [markdown] lang="ko"
# ## Bahdanau: 직전의 상태가 묻는다
#
# 이번에는 시점을 나아가기 *전에*, 직전 상태 $s_{i-1}$이 묻습니다. 점수는 작은 신경망이 매기고(부록
# A.1.2), 컨텍스트는 셀의 입력이 됩니다.
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

# %% [markdown] lang="en"
# ## Where it looks
#
# A row for each written word, a column for each word of the source; each row adds up to
# one. Look at the negation, which French writes with two words around the verb, and at
# the articles, whose gender is that of a word still to come. An encoder output knows
# more than its own word: the backward half has read `library` already where `to`
# stands, so `la` may look there. Nobody has told the model which words belong together.

# %% [markdown] lang="ko"
# ## 어디를 보는가
#
# 행은 써낸 단어, 열은 원문의 단어이고, 한 행의 합은 1입니다. 프랑스어는 부정을 동사 앞뒤의 두 단어로
# 나타냅니다. 그 두 단어가 어디를 보는지, 그리고 뒤에 올 명사의 성을 따라야 하는 관사가 어디를 보는지
# 살펴보세요. 인코더의 출력은 자기 단어보다 많은 것을 압니다. 뒤에서부터 읽는 절반은 `to` 자리에서 이미
# `library`를 읽었으므로 `la`가 그곳을 보기도 합니다. 어떤 단어가 어떤 단어와 짝인지 모델에 알려 준
# 사람은 없습니다.

# %%
text = "my grandfather is not going to the library"
for attention, translator in translators.items():
    print(attention)
    display(
        s2s.plot_attention(
            translator.decode(text), title=f"{attention}: attention weights"
        )
    )

# %% [markdown] lang="en"
# ## Does it hold where one vector does not?
#
# The task of notebook 5: copy a string of random letters, some of them long. Without
# attention, all letters must pass through one vector; with it, each can be looked up.
# Same data, same sizes, three seeds.

# %% [markdown] lang="ko"
# ## 벡터 하나로는 모자란 곳에서도 버티는가
#
# 노트북 5의 과제입니다. 무작위 글자로 된 문자열을 베껴 쓰는데, 어떤 것은 꽤 깁니다. 어텐션이 없으면(no
# attention) 모든 글자가 벡터 하나를 지나가야 하고, 있으면 하나씩 찾아볼 수 있습니다. 데이터도 크기도
# 같고, 시드는 세 개입니다. 그림의 축도 같습니다. 가로축은 문자열의 글자 수, 세로축은 학습에 쓰지 않은 문자열의
# 완전 일치율(exact match)입니다.


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

# %% [markdown] lang="en"
# Short strings fit into one vector, long ones do not, and no seed is an exception; with
# attention the curve hardly bends. What attention costs is a look at the whole source for
# each word written: the time of a step grows with the length of the source.

# %% [markdown] lang="ko"
# 짧은 문자열은 벡터 하나에 들어가지만 긴 것은 들어가지 않으며, 예외인 시드는 없습니다. 어텐션이 있으면
# 곡선이 거의 꺾이지 않습니다. 대가는 단어를 하나 쓸 때마다 원문 전체를 보는 일입니다. 한 시점에 걸리는 시간이 원문의 길이에 따라 늘어납니다.

# %% [markdown] lang="en"
# ## Three things to try
#
# 1. Replace `"general"` by `"dot"` and `"concat"`. *Hint:*
#    `build_model(..., attention="luong", attention_score="dot")`; the dot product needs
#    no weights at all.
# 2. Let Luong's decoder know where it has looked. *Hint:* `input_feeding=True` feeds
#    the attentional vector into the next step; `coverage=True` tells the score of a
#    position the sum of the weights so far, at that position and at its neighbours.
# 3. Test on strings longer than any in training. *Hint:* `longest = 30`, `held_out = [s
#    for s in random_strings(300, 30, seed=1) if len(s) > 20]`, then `score_copier(0,
#    attention="bahdanau")`. Does attention hold there?

# %% [markdown] lang="ko"
# ## 해 볼 것 세 가지
#
# 1. `"general"`을 `"dot"`이나 `"concat"`으로 바꿔 보세요. *힌트:* `build_model(...,
#    attention="luong", attention_score="dot")`. 내적에는 가중치가 아예 없습니다.
# 2. Luong의 디코더가 앞서 어디를 보았는지 알게 해 보세요. *힌트:* `input_feeding=True`는 어텐션 벡터를
#    다음 시점에 넣고, `coverage=True`는 지금까지 준 가중치의 누적합을 그 자리와 이웃
#    자리들에 대해 알려 줍니다.
# 3. 학습 때보다 긴 문자열로 시험해 보세요. *힌트:* `longest = 30`, `held_out = [s
#    for s in random_strings(300, 30, seed=1) if len(s) > 20]`,
#    그다음 `score_copier(0, attention="bahdanau")`. 그래도 어텐션이 버티나요?
