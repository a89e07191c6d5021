# %% [markdown] lang="en"
# # 1 · A first translation
#
# **What it shows.** A translator made of two recurrent networks: an *encoder*, which reads
# `i am a student` word by word, and a *decoder*, which writes `je suis étudiant` word by
# word. All that passes between them is one vector. You build both, train them, and then
# run them by hand, one token at a time, until the decoder says `<eos>`.
#
# **What to know first.** Python, and what `model.fit` does. What goes on inside a recurrent
# cell comes in notebook 4; here it is a box with a memory.
#
# **Papers.** Sutskever et al. 2014, [Sequence to Sequence Learning with Neural
# Networks](https://arxiv.org/abs/1409.3215); Cho et al. 2014, [Learning Phrase
# Representations using RNN Encoder-Decoder](https://arxiv.org/abs/1406.1078).

# %% [markdown] lang="ko"
# # 1 · 첫 번역
#
# **무엇을 보나요?** 순환 신경망 두 개로 만든 번역기입니다. *인코더*가 `i am a student`를 단어 단위로 읽고,
# *디코더*가 `je suis étudiant`을 단어 단위로 씁니다. 인코더에서 디코더로 넘어가는 것은 벡터 하나뿐입니다. 둘을 만들어
# 학습시키고, 디코더가 `<eos>`라고 할 때까지 토큰을 하나씩 손으로 돌려 봅니다.
#
# **먼저 알아 둘 것.** 파이썬, 그리고 `model.fit`이 하는 일. 순환 셀의 안쪽은 노트북 4에서 봅니다. 여기서는 기억이
# 있는 상자로 생각하면 됩니다.
#
# **논문.** Sutskever 외 2014, [Sequence to Sequence Learning with Neural
# Networks](https://arxiv.org/abs/1409.3215); Cho 외 2014, [Learning Phrase Representations using RNN
# Encoder-Decoder](https://arxiv.org/abs/1406.1078).

# %%
# In Colab: put the repository at /content/seq2seq_keras, uncomment the next line, run
# it, and restart the session.
# # %pip install --quiet "/content/seq2seq_keras[jupyter]"
import os
import pathlib
import shutil
import tempfile

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display
from keras import ops

keras.utils.set_random_seed(0)
# Tiny sizes for the package's tests; the value after "else" is the tutorial's.
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))
pd.set_option("display.max_colwidth", 60)

# %% [markdown] lang="en"
# ## Sentence pairs
#
# The package brings a phrasebook, which a small grammar writes: each English sentence has
# one French translation. The test part is made of combinations of subject and predicate
# that the training part does not have. Our example *is* in the training part, so that it
# can show how the machine runs but not how good it is; the last section is for that.

# %% [markdown] lang="ko"
# ## 문장 쌍
#
# 패키지에는 작은 문법이 만들어 내는 회화집이 들어 있습니다. 영어 문장마다 프랑스어 번역이 하나씩 있습니다. 테스트
# 집합은 학습 집합에 없는 주어와 서술어의 조합입니다. 우리의 예문은 학습 집합에 *들어 있습니다*. 그러니 기계가
# 어떻게 돌아가는지는 보여 줄 수 있어도 얼마나 잘하는지는 보여 주지 못합니다. 그것은 마지막 절의 몫입니다.

# %%
train, validation, test = s2s.load_corpus("phrasebook/english-french")
print("train, validation, test:", len(train), len(validation), len(test))
example = "i am a student"
print(f"{example!r} is among the sources of train:", example in train.source)
train = train[:200] if FAST else train
validation = validation[:64] if FAST else validation
for source, target in list(train)[:4]:
    print(f"  {source:<30} {target}")

# %% [markdown] lang="en"
# ## Words become numbers
#
# A network computes with numbers, so each word of the training part gets one: its *token
# id*. Four ids are taken: padding (0), unknown words (1), and the start `<sos>` (2) and
# the end `<eos>` (3) of a sentence. The mark `￭` says that a token touched its neighbour,
# so that text can be put together again just as it was.

# %% [markdown] lang="ko"
# ## 단어가 숫자가 되다
#
# 신경망은 숫자로 계산하므로, 학습 집합의 단어마다 번호를 하나씩 붙입니다. *토큰 번호*입니다. 네 개는 쓰임이
# 미리 정해져 있습니다. 패딩(0), 모르는 단어(1), 문장의 시작 `<sos>`(2)와 끝
# `<eos>`(3)입니다. 기호 `￭`는 토큰이 옆의 토큰에 붙어 있었다는 표시입니다. 그래야 글을 원래대로
# 되돌릴 수 있습니다.

# %%
source_tokenizer = s2s.WordTokenizer.fit(train.source)
target_tokenizer = s2s.WordTokenizer.fit(train.target)
for text, tokenizer in [
    (example, source_tokenizer),
    ("je suis étudiant", target_tokenizer),
    ("l'homme n'est pas musicien", target_tokenizer),
]:
    print(tokenizer.split([text])[0], tokenizer.tokenize(text))
print(
    "vocabularies:", source_tokenizer.vocabulary_size, target_tokenizer.vocabulary_size
)

# %% [markdown] lang="en"
# ## Two modules and the vector between them
#
# ```text
#   i   am   a  student <eos>                  je   suis  étudiant <eos>
#   │   │    │     │     │                     ▲    ▲      ▲       ▲
# ┌─┴───┴────┴─────┴─────┴─┐   context    ┌────┴────┴──────┴───────┴─┐
# │  encoder: embed, LSTM  │ ───────────► │  decoder: embed, LSTM,   │
# └────────────────────────┘   vector     │  a logit for each word   │
#                                         └────┬────┬──────┬───────┬─┘
#                                            <sos>  je    suis  étudiant
# ```
#
# To *embed* a token is to look up the vector of its id, which is learnt with all else
# (notebook 2). A *logit* is a number for each word of the vocabulary, the higher the
# more probable; a softmax makes probabilities of them.
#
# The encoder's outputs are thrown away; only its last state is kept, the *context
# vector*. It is the decoder's first state. In an LSTM that state is a pair of vectors.
# In training the decoder is fed the right translation, moved one step to the right: at
# each step it sees the words so far and has to name the next one. That is *teacher
# forcing*, the subject of notebook 3.
#
# In the table and the picture the encoder is `source_embedding` and `encoder_0`, the
# decoder `target_embedding`, `decoder_0` and `logits`. `not_equal` tells real tokens from
# padding.

# %% [markdown] lang="ko"
# ## 두 모듈과 그 사이의 벡터
#
# ```text
#   i   am   a  student <eos>                  je   suis  étudiant <eos>
#   │   │    │     │     │                     ▲    ▲      ▲       ▲
# ┌─┴───┴────┴─────┴─────┴─┐    컨텍스트  ┌────┴────┴──────┴───────┴─┐
# │  인코더: 임베딩, LSTM  │ ───────────► │  디코더: 임베딩, LSTM,   │
# └────────────────────────┘     벡터     │  단어마다 로짓 하나      │
#                                         └────┬────┬──────┬───────┬─┘
#                                            <sos>  je    suis  étudiant
# ```
#
# *임베딩*(embed)은 토큰 번호마다 벡터를 하나 찾아 주는 일이고, 그 벡터도 함께 학습됩니다(노트북 2).
# *로짓*(logit)은 어휘의 단어마다 하나씩 나오는 수입니다. 클수록 그 단어가 그럴듯하다는 뜻이며, 소프트맥스를 거치면
# 확률이 됩니다.
#
# 인코더의 출력은 버리고 마지막 상태만 남깁니다. 이것이 *컨텍스트 벡터*이고, 디코더의 첫 상태가 됩니다. LSTM에서는 이 상태가 벡터 한 쌍입니다. 학습할 때는
# 디코더에 정답 번역을 한 칸 오른쪽으로 밀어서 넣습니다. 시점마다 지금까지의 단어를 보고 다음 단어를 맞혀야
# 합니다. 이것이 노트북 3에서 다룰 *교사 강요*입니다.
#
# 표와 그림에서 인코더는 `source_embedding`과 `encoder_0`이고, 디코더는 `target_embedding`, `decoder_0`,
# `logits`입니다. `not_equal`은 진짜 토큰과 패딩을 가려냅니다.

# %%
model = s2s.build_model(
    source_tokenizer.vocabulary_size,
    target_tokenizer.vocabulary_size,
    cell="lstm",
    units=16 if FAST else 192,
    embedding_dim=16 if FAST else 96,
)
model.summary(line_length=88)

# %%
picture = pathlib.Path(tempfile.mkdtemp()) / "model.png"
if shutil.which("dot"):
    display(keras.utils.plot_model(model, picture, show_layer_names=True, dpi=60))
else:
    print(
        "No picture of the model: Graphviz, whose program `dot` draws it, is missing."
    )

# %% [markdown] lang="en"
# ## Training
#
# The loss is the *cross-entropy* of the right next word, which is minus the logarithm
# of the probability that the model gave it, as a mean over real tokens: padding does
# not count. *Perplexity* is its exponential, which reads as "undecided between so many
# words". Before training, that should be about the size of the vocabulary.
# `CosineDecay` lets the learning rate fall along a cosine, from what is given to zero
# at the last step.

# %% [markdown] lang="ko"
# ## 학습
#
# 손실은 맞는 다음 단어의 *교차 엔트로피*(cross-entropy), 곧 모델이 그 단어에 준 확률에 로그를 취하고 부호를 바꾼
# 값을 실제 토큰에 대해 평균 낸 것입니다. 패딩은 세지 않습니다. *퍼플렉서티*는 손실에 지수 함수를 취한 값이며, "단어
# 몇 개 사이에서 망설이는가"로 읽습니다. 학습하기 전에는 어휘의 크기와 비슷해야 합니다. `CosineDecay`는 학습률을
# 처음 값에서 시작해 마지막 스텝에 0이 되도록 코사인 곡선을 따라 낮춥니다.

# %%
batches = s2s.make_dataset(train, source_tokenizer, target_tokenizer)
validation_batches = s2s.make_dataset(validation, source_tokenizer, target_tokenizer)
epochs = 1 if FAST else 6
steps = epochs * int(batches.cardinality())
s2s.compile_model(
    model, learning_rate=keras.optimizers.schedules.CosineDecay(4e-3, steps)
)
untrained = model.evaluate(validation_batches, verbose=0, return_dict=True)
print("perplexity before:", round(untrained["perplexity"], 1))
history = model.fit(
    batches,
    validation_data=validation_batches,
    epochs=epochs,
    shuffle=False,  # the dataset shuffles
    verbose=0,
)
print("perplexity after: ", round(history.history["val_perplexity"][-1], 3))

# %%
display(s2s.plot_learning_curves(history.history))

# %% [markdown] lang="en"
# The validation curve may lie below that of training: dropout, which disturbs the network
# so that it does not learn by heart, works in training only, and training is measured
# during the epoch, validation after it.

# %% [markdown] lang="ko"
# 검증 곡선이 학습 곡선보다 아래에 있을 수도 있습니다. 통째로 외우지 못하도록 신경망을 흔드는 드롭아웃은 학습할
# 때만 작동하고, 학습 쪽은 에폭 도중에, 검증 쪽은 에폭이 끝난 다음에 재기 때문입니다.

# %% [markdown] lang="en"
# ## The inference models
#
# The trained model takes a source *and* its translation. To translate, we need its halves:
# an encoder from a source to states, and a decoder that takes one token and the states and
# gives the logits of the next token and new states. `build_inference_models` makes them
# from the same layers; there are no new weights.

# %% [markdown] lang="ko"
# ## 추론용 모델
#
# 학습된 모델은 원문과 *그 번역*을 함께 받습니다. 번역하려면 두 반쪽이 따로 필요합니다. 원문에서 상태를 내는 인코더, 그리고
# 토큰 하나와 상태를 받아 다음 토큰의 로짓과 새 상태를 내는 디코더입니다. `build_inference_models`는 같은 레이어로
# 이 둘을 만듭니다. 새 가중치는 없습니다.

# %%
encoder, decoder = s2s.build_inference_models(model)
for half in (encoder, decoder):
    print(half.name)
    for arrow, tensors in (("in ", half.input), ("out", half.output)):
        tensors = tensors if isinstance(tensors, dict) else {"source": tensors}
        print(" ", arrow, {name: tensor.shape for name, tensor in tensors.items()})
own = {id(weight) for weight in model.weights}
print(
    "weights not shared with the model:",
    sum(id(weight) not in own for weight in encoder.weights + decoder.weights),
)

# %% [markdown] lang="en"
# ## The context vector
#
# Whatever the length of the sentence, this is all the decoder gets to know of it: two
# vectors of an LSTM, its hidden state and its cell. Each row of the picture is the hidden
# state after a sentence, of which the first 48 units are drawn. Look for columns that
# change with the subject, and for those that change with `not`.

# %% [markdown] lang="ko"
# ## 컨텍스트 벡터
#
# 문장이 아무리 길어도 디코더가 문장에 대해 알게 되는 것은 이것뿐입니다. LSTM의 벡터 둘, 은닉 상태와 셀 상태입니다.
# 그림의 행은 문장을 다 읽은 뒤의 은닉 상태이고, 앞의 48개 유닛(unit)의 활성값(activation)만 그렸습니다. 주어에
# 따라 바뀌는 열과 `not`에 따라 바뀌는 열을 찾아보세요.

# %%
sentences = [example, "she is a student", "she is not a student", "she sings"]
hidden = []
for sentence in sentences:
    ids = ops.array([[*source_tokenizer.tokenize(sentence), 3]])  # 3 is <eos>
    hidden.append(ops.convert_to_numpy(encoder(ids)["layer_0_hidden"])[0])
print("numbers in each vector:", [len(vector) for vector in hidden])
figure, axes = plt.subplots(figsize=(9, 2.2), dpi=90, layout="constrained")
strip = axes.imshow(
    np.stack(hidden)[:, :48], aspect="auto", cmap="RdBu", vmin=-1, vmax=1
)
axes.set_yticks(range(len(sentences)), sentences)
axes.set(title="What the encoder hands over", xlabel="unit of the hidden state")
figure.colorbar(strip, label="activation")
plt.show()

# %% [markdown] lang="en"
# ## By hand
#
# Now we turn the crank. The first token is `<sos>`; each token that the decoder finds most
# probable is fed back in the next step; `<eos>` ends it. A row is one step: what was fed,
# and the three most probable next tokens.

# %% [markdown] lang="ko"
# ## 손으로
#
# 이제 직접 돌려 봅시다. 첫 토큰은 `<sos>`입니다. 디코더가 가장 그럴듯하게 여기는 토큰을 다음 시점에 다시 넣고,
# `<eos>`가 나오면 끝냅니다. 한 행이 한 시점입니다. 넣은 토큰(fed)과, 다음 토큰으로 가장 그럴듯한 후보 셋입니다.

# %%
states = encoder(ops.array([[*source_tokenizer.tokenize(example), 3]]))
token, written, rows = 2, [], []  # 2 is <sos>
while token != 3 and len(written) < 12:
    step = decoder({"token_ids": ops.array([[token]]), **states})
    states |= {name: step[name] for name in step if name in states}
    probabilities = ops.convert_to_numpy(ops.softmax(step["logits"][0, 0]))
    best = probabilities.argsort()[::-1][:3]
    names = [f"{target_tokenizer.vocabulary[i]} {probabilities[i]:.4f}" for i in best]
    rows.append([target_tokenizer.vocabulary[token], *names])
    token = int(best[0])
    written.append(target_tokenizer.vocabulary[token])
display(pd.DataFrame(rows, columns=["fed", "most probable", "second", "third"]))
print(written)

# %% [markdown] lang="en"
# ## With `Translator`
#
# That loop, batched and compiled into one graph, with the tokenizers around it, is the
# `Translator`: text in, text out. It must write just what we wrote by hand.

# %% [markdown] lang="ko"
# ## `Translator`로
#
# 방금의 반복문을 배치로 묶어 그래프 하나로 컴파일하고 토크나이저를 두른 것이 `Translator`입니다. 글이 들어가고 글이
# 나옵니다. 앞에서 손으로 얻은 결과와 똑같아야 합니다.

# %%
translator = s2s.Translator(model, source_tokenizer, target_tokenizer, max_length=12)
result = translator.decode(example)
print(result.text)
print("as by hand:", list(result.tokens) == written)
for token, probability in zip(result.tokens, result.token_probabilities, strict=True):
    print(f"  {token:<10} {probability:.4f}")

# %% [markdown] lang="en"
# ## Two ways, one result
#
# In training a target runs through the decoder in one go; in use, one token at a time.
# That the two compute the same cannot be taken for granted: a forgotten state, a mask, a
# target shifted twice, and a model that trains well translates badly. So check it: the
# same validation sentences both ways, and the largest difference between their logits.

# %% [markdown] lang="ko"
# ## 두 길, 한 결과
#
# 학습할 때는 목표가 디코더를 한꺼번에 지나가고, 추론할 때는 토큰이 하나씩 지나갑니다. 둘이 같은 것을 계산한다는 보장은
# 저절로 생기지 않습니다. 상태 하나를 잊거나, 마스크가 어긋나거나, 목표를 두 번 밀면, 학습은 잘되는데 번역이
# 엉망이 됩니다. 그러니 확인합시다. 같은 검증 문장을 두 길로 보내고 로짓의 가장 큰 차이를 봅니다.

# %%
report = s2s.check_parity(model, next(iter(validation_batches)))
print(report)

# %% [markdown] lang="en"
# ## Sentences it has never seen
#
# First some of the test part, with their references.

# %% [markdown] lang="ko"
# ## 한 번도 보지 못한 문장
#
# 먼저 테스트 집합의 몇 문장을 참조 번역과 함께 봅니다.

# %%
test = test[:32] if FAST else test
translations = translator.translate(test.source)
table = pd.DataFrame(
    {"source": test.source, "translation": translations, "reference": test.target}
)
display(table.head(6))
wrong = table[table.translation != table.reference]
print(f"{len(wrong)} of {len(table)} differ from the reference:")
display(wrong.head(6))

# %% [markdown] lang="en"
# And the whole test part in numbers: BLEU counts the n-grams, which are runs of one to
# four tokens, that a translation shares with its reference (100 is best), `exact match`
# is the share, from 0 to 1, of sentences that are right as a whole. In brackets is a
# 95 % confidence interval, since another test set would give another number. The last
# line is the *signature* of sacreBLEU, which counted: how text was cut and what else
# was set. Only scores with the same signature can be compared.

# %% [markdown] lang="ko"
# 이번에는 테스트 집합 전체를 숫자로 봅니다. BLEU는 번역이 참조 번역과 겹치는 n-그램, 곧 잇따른 토큰 한 개에서 네
# 개까지의 묶음을 세고(100이 최고), `exact match`는 문장이 통째로 맞은 비율(0에서 1)입니다. 대괄호 안은 95% 신뢰
# 구간입니다. 다른 테스트 집합이라면 다른 숫자가 나올 테니까요. 마지막 줄은 점수를 센 sacreBLEU의
# *서명*(signature)으로, 글을 어떻게 자르고 무엇을 설정했는지 적혀 있습니다. 서명이 같은 점수끼리만 비교할 수 있습니다.

# %%
scores = s2s.score_translations(translations, test.target).as_dict()
for name in ("bleu", "exact_match"):
    low, high = scores[f"{name}_low"], scores[f"{name}_high"]
    print(f"{name:<12} {scores[name]:7.3f}  [{low:.3f}, {high:.3f}]")
print(scores["bleu_signature"])

# %% [markdown] lang="en"
# The phrasebook is a small world: few words, short sentences, one right answer. A real
# corpus has more words and more than one right answer, as notebook 3 shows. Long
# sentences are a trouble of their own: one vector is a narrow door, which is what
# notebooks 5 and 6 are about.

# %% [markdown] lang="ko"
# 회화집은 작은 세상입니다. 단어가 적고, 문장이 짧고, 정답이 하나입니다. 노트북 3에서 보듯 실제 말뭉치는
# 단어가 더 많고 정답도 하나가 아닙니다. 긴 문장은 또 다른 문제입니다. 벡터 하나는 좁은 문이고, 노트북 5와
# 6이 그 이야기입니다.

# %% [markdown] lang="en"
# ## Three things to try
#
# 1. Take `cell="gru"`. What does `encoder` hand over now?
#    *Hint:* print the inputs and outputs of the two halves again; a GRU has no cell.
# 2. Swap the languages. *Hint:* `load_corpus("phrasebook/french-english")`; the corpus also
#    speaks Korean, and with `korean` you may want `JamoTokenizer` in place of words.
# 3. Disturb the vector: set a part of `states["layer_0_hidden"]` and
#    `states["layer_0_cell"]` to zero before the first step. How much can be missing before
#    `je suis étudiant` breaks? *Hint:* multiply by `np.arange(192) >= n`, as float32.

# %% [markdown] lang="ko"
# ## 해 볼 것 세 가지
#
# 1. `cell="gru"`로 바꿔 보세요. 이제 `encoder`는 무엇을 건네나요? *힌트:* 두 반쪽의 입력과 출력을 다시 출력해
#    보세요. GRU에는 셀 상태가 없습니다.
# 2. 언어를 맞바꿔 보세요. *힌트:* `load_corpus("phrasebook/french-english")`. 이 말뭉치에는 한국어도 있습니다. `korean`에는
#    단어 대신 `JamoTokenizer`가 어울릴지도 모릅니다.
# 3. 벡터를 망가뜨려 보세요. 첫 시점 전에 `states["layer_0_hidden"]`과 `states["layer_0_cell"]`의 일부를 0으로
#    만듭니다. 얼마나 지우면 `je suis étudiant`이 깨지나요? *힌트:* float32로 만든 `np.arange(192) >= n`을 곱하세요.
