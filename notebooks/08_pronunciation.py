# %% [markdown] lang="en"
# # 8 · Pronunciation and inflection: the same code, other tasks
#
# **What it shows.** An encoder-decoder does not know that it translates. Give it the
# letters of a word as the source and its sounds as the target, and it learns to read
# aloud: *grapheme-to-phoneme conversion*. One recipe, two languages: Korean, whose
# spelling is regular but whose sounds change each other, and Icelandic, with a tenth of
# the examples. The last part inflects German words, with *hard monotonic attention*.
#
# **What to know first.** Notebooks 1 and 6. No phonetics: the International Phonetic
# Alphabet is used, but only as symbols.
#
# **Papers.** Ashby et al. 2021, [Results of the Second SIGMORPHON Shared Task on
# Multilingual Grapheme-to-Phoneme
# Conversion](https://aclanthology.org/2021.sigmorphon-1.13/); Yao & Zweig 2015,
# [Sequence-to-Sequence Neural Net Models for Grapheme-to-Phoneme
# Conversion](https://arxiv.org/abs/1506.00196); Wu & Cotterell 2019, [Exact Hard
# Monotonic Attention](https://arxiv.org/abs/1905.06319).

# %% [markdown] lang="ko"
# # 8 · 발음과 굴절: 같은 코드, 다른 과제
#
# **무엇을 보나요?** 인코더-디코더는 자신이 번역을 한다는 것을 모릅니다. 단어의 글자를 원문으로, 소리를
# 목표로 주면 소리 내어 읽는 법을 배웁니다. *자소-음소 변환*(grapheme-to-phoneme, G2P)입니다. 방법은 하나, 언어는
# 둘입니다. 표기는 규칙적이지만 소리가 서로를 바꾸는 한국어, 그리고 예가 그 십 분의 일뿐인
# 아이슬란드어입니다. 마지막에는 *하드 단조 어텐션*(hard monotonic attention)으로 독일어 단어를 굴절시킵니다.
#
# **먼저 알아 둘 것.** 노트북 1과 6. 음성학은 몰라도 됩니다. 국제 음성 기호가 나오지만 기호로만 씁니다.
#
# **논문.** Ashby 외 2021, [Results of the Second SIGMORPHON Shared Task on Multilingual
# Grapheme-to-Phoneme Conversion](https://aclanthology.org/2021.sigmorphon-1.13/); Yao와 Zweig 2015,
# [Sequence-to-Sequence Neural Net Models for Grapheme-to-Phoneme
# Conversion](https://arxiv.org/abs/1506.00196); Wu와 Cotterell 2019, [Exact Hard Monotonic
# Attention](https://arxiv.org/abs/1905.06319).

# %%
# In Colab: put the repository at /content/seq2seq_keras, uncomment the next line, run
# it, and restart the session.
# # %pip install --quiet "/content/seq2seq_keras[jupyter]"
import collections
import itertools
import os

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import jiwer
import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display

keras.utils.set_random_seed(0)
# Tiny sizes for the package's tests; the value after "else" is the tutorial's.
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))

# %% [markdown] lang="en"
# ## The data
#
# Words from Wiktionary with their pronunciation, as the shared task split them. The
# sounds stand between spaces, since one sound may take several characters. Where the
# words cannot be had, built-in pairs take their place: dates, and no pronunciation.

# %% [markdown] lang="ko"
# ## 데이터
#
# 위키낱말사전의 단어와 발음을 공동 과제가 나눈 그대로 씁니다. 소리 하나가 여러 문자로 적히기도 하므로
# 소리 사이를 띄어 씁니다. 데이터를 구할 수 없으면 내장 말뭉치로 대신하는데, 발음이 아니라 날짜입니다.

# %%
languages = {"kor": "sigmorphon2021/kor", "ice": "sigmorphon2021/ice"}
corpora = {
    name: s2s.load_corpus(corpus, fallback="dates")
    for name, corpus in languages.items()
}
for name, corpus in corpora.items():
    sizes = [len(part) for part in corpus]
    print(name, "train, validation, test:", sizes)
    for word, sounds in list(corpus.train)[:4]:
        print(f"  {word:<14} {sounds}")

# %% [markdown] lang="en"
# ## Letters in, sounds out
#
# The source is cut into letters by `JamoTokenizer`: it leaves most scripts as they are,
# but takes Korean syllables apart, 값 into ㄱ ㅏ ㅄ, as sounds belong to letters and not to
# syllables. The target is cut at spaces and nowhere else by `SpaceTokenizer`, whatever
# signs a sound is written with.

# %% [markdown] lang="ko"
# ## 글자가 들어가고 소리가 나온다
#
# 원문은 `JamoTokenizer`로 글자로 자릅니다. 다른 문자는 대부분 그대로 두지만 한글 음절은 자모로 풉니다. 값은 ㄱ ㅏ
# ㅄ이 됩니다. 소리는 음절이 아니라 자모에 딸려 있기 때문입니다. 목표는 `SpaceTokenizer`로, 소리를 적는
# 기호가 무엇이든 빈칸에서만 자릅니다.

# %%
tokenizers = {
    name: (
        s2s.JamoTokenizer.fit(corpus.train.source),
        s2s.SpaceTokenizer.fit(corpus.train.target),
    )
    for name, corpus in corpora.items()
}
for name, (letters, sounds) in tokenizers.items():
    word, spoken = next(iter(corpora[name].train))
    print(name, letters.split([word])[0], "->", sounds.split([spoken])[0])
    print(
        *("  vocabularies:", letters.vocabulary_size, "letters,"),
        *(sounds.vocabulary_size, "sounds"),
    )

# %% [markdown] lang="en"
# ## One recipe
#
# A bidirectional LSTM with attention, dropout, label smoothing (a tenth of each label's
# probability is spread over all sounds, so that the model does not become too sure) and
# a learning rate that falls along a cosine: a simpler relative of the package's
# `configs/g2p.yaml`. The small corpus gets more epochs, so that both see a thousand
# batches or more.

# %% [markdown] lang="ko"
# ## 방법은 하나
#
# 어텐션이 있는 양방향 LSTM, 드롭아웃, 레이블 스무딩(모델이 지나치게 확신하지 않도록 레이블 확률의 10분의 1을 모든
# 소리에 고루 나눕니다), 코사인을 따라 내려가는 학습률입니다. 패키지의 `configs/g2p.yaml`을 간단히 한 것입니다. 작은
# 말뭉치에는 에폭을 더 주어, 둘 다 배치를 천 개 이상 보게 합니다.


# %%
def train_translator(name, epochs):
    keras.utils.set_random_seed(0)
    corpus, (letters, sounds) = corpora[name], tokenizers[name]
    pairs = corpus.train[:64] if FAST else corpus.train
    dataset = s2s.make_dataset(pairs, letters, sounds, batch_size=32)
    model = s2s.build_model(
        letters.vocabulary_size,
        sounds.vocabulary_size,
        units=16 if FAST else 128,
        embedding_dim=64,
        bidirectional=True,
        attention="luong",
        dropout=0.3,
    )
    steps = epochs * int(dataset.cardinality())
    rate = keras.optimizers.schedules.CosineDecay(5e-3, steps)
    s2s.compile_model(model, learning_rate=rate, label_smoothing=0.1)
    model.fit(dataset, epochs=epochs, shuffle=False, verbose=0)
    return s2s.Translator(model, letters, sounds, max_length=8 if FAST else 50)


epochs = {"kor": 1, "ice": 1} if FAST else {"kor": 6, "ice": 40}
translators = {name: train_translator(name, epochs[name]) for name in corpora}

# %% [markdown] lang="en"
# ## How good is it?
#
# A word is right if every sound is: the shared task counts the *word error rate*, one
# minus the exact match. The *symbol error rate* counts the sounds to insert, delete and
# replace. `low` and `high` are the ends of 95 % bootstrap intervals over words, and
# show what a test set of a hundred words can tell and what it cannot.
#
# For comparison: the shared task's official ensemble of ten models has 83.7 % of the
# Korean test words right, and a single model of another toolkit (yoyodyne, soft
# attention) 78 % of the Icelandic ones. Both are of other sizes than ours and were
# trained otherwise: marks to aim at, not competitors on equal terms.

# %% [markdown] lang="ko"
# ## 얼마나 잘하나
#
# 소리가 모두 맞아야 단어가 맞은 것입니다. 공동 과제는 *단어 오류율*, 곧 1에서 완전 일치율을 뺀 값을 셉니다.
# *기호 오류율*은 넣고, 빼고, 바꿔야 할 소리를 셉니다. low와 high는 단어를 다시 뽑아 구한 95% 부트스트랩
# 구간의 두 끝입니다. 단어 백 개짜리 테스트 집합이 무엇을 말해 주고 무엇을 말해 주지 못하는지 보여
# 줍니다.
#
# 참고로, 모델 열 개로 된 공동 과제의 공식 앙상블은 한국어 테스트 단어의 83.7%를 맞혔고, 다른 도구(yoyodyne, 소프트 어텐션)의
# 모델 하나는 아이슬란드어의 78%를 맞혔습니다. 둘 다 우리 모델과 크기도 학습 방법도 다르므로, 나란히 견줄 값이 아니라
# 목표로 삼을 값입니다.

# %%
evaluations, rows = {}, {}
for name, translator in translators.items():
    test = corpora[name].test[:20] if FAST else corpora[name].test
    evaluations[name] = s2s.evaluate_translator(translator, test)
    scores = evaluations[name].as_dict()
    rows[name] = {
        "words": len(test),
        "exact match": scores["exact_match"],
        "low": scores["exact_match_low"],
        "high": scores["exact_match_high"],
        "word error rate": 1 - scores["exact_match"],
        "symbol error rate": scores["symbol_error_rate"],
    }
display(pd.DataFrame(rows).T.round(3))

# %% [markdown] lang="en"
# ## Looking at the errors
#
# First with our own eyes: what it wrote for the first words it got wrong.

# %% [markdown] lang="ko"
# ## 오류 들여다보기
#
# 먼저 눈으로 봅시다. 틀린 단어 가운데 앞의 몇 개를 어떻게 썼을까요?

# %%
wrong = {}
for name, evaluation in evaluations.items():
    test = corpora[name].test
    triples = zip(test.source, evaluation.translations, test.target, strict=False)
    wrong[name] = [each for each in triples if each[1] != each[2]]
    table = pd.DataFrame(wrong[name][:6], columns=["word", "written", "expected"])
    display(table.style.set_caption(name).hide(axis="index"))

# %% [markdown] lang="en"
# Then by counting. An alignment of written and expected sounds (jiwer's) tells which
# sounds were replaced by which, and which were left out or added. In Korean most
# confusions are between sounds that are made alike: vowels that differ in length alone,
# which Hangul does not write, and consonants that differ in breath or tension. In
# Icelandic many sounds are left out or added besides.

# %% [markdown] lang="ko"
# 다음은 세어 봅시다. 쓴 소리와 맞는 소리를 정렬하면(jiwer) 어떤 소리가 어떤 소리로 바뀌었는지, 무엇이
# 빠지고 무엇이 끼어들었는지 알 수 있습니다. 한국어에서는 대개 비슷하게 내는 소리끼리 헷갈립니다. 한글이 적지
# 않는 길이만 다른 모음, 기식이나 긴장만 다른 자음입니다. 아이슬란드어에서는 빠지거나 끼어든 소리도 많습니다.

# %%
for name, triples in wrong.items():
    expected, written = [t[2] for t in triples], [t[1] or "∅" for t in triples]
    counts = collections.Counter()
    if triples:
        output = jiwer.process_words(expected, written)
        for right, ours, chunks in zip(
            output.references, output.hypotheses, output.alignments, strict=True
        ):
            for c in chunks:
                if c.type != "equal":
                    parts = (
                        right[c.ref_start_idx : c.ref_end_idx],
                        ours[c.hyp_start_idx : c.hyp_end_idx],
                    )
                    counts.update(itertools.zip_longest(*parts, fillvalue="∅"))
    top = [f"{a} → {b} ({n})" for (a, b), n in counts.most_common(8)]
    print(f"{name}, expected → written:", "   ".join(top))

# %% [markdown] lang="en"
# Are long words harder? Each sound is one more chance for an error; but rules that need
# a long context, or rare clusters of letters, count as well. A Korean length is in
# syllables, an Icelandic one in letters, so compare the shapes of the two curves and
# not their places.

# %% [markdown] lang="ko"
# 긴 단어가 더 어려울까요? 소리가 하나 늘 때마다 틀릴 기회도 하나 늡니다. 하지만 긴 문맥이 필요한 규칙이나
# 드문 글자 묶음도 영향을 줍니다. 그림은 단어 길이에 따른 완전 일치율(exact match)입니다. 한국어의 길이는 음절, 아이슬란드어의 길이는 글자로 세므로 두 곡선의 자리 말고 모양을 견주어 보세요.

# %%
curves = {
    name: s2s.score_by_length(
        corpora[name].test.source[: len(evaluation.translations)],
        evaluation.translations,
        corpora[name].test.target[: len(evaluation.translations)],
        metric="exact_match",
        buckets=4,
    )
    for name, evaluation in evaluations.items()
}
display(s2s.plot_score_by_length(curves, title="Exact match by length of the word"))

# %% [markdown] lang="en"
# How to read it: each point stands for a part of the test words, the bar for its 95 %
# interval. The points of one curve are of different words, so if two bars are apart,
# length matters, or something that comes with it. A curve that stays within its bars
# only shows that the effect, if there is one, is no larger than they are. Mind how many
# words there are: of a hundred in four parts, one word is four per cent.

# %% [markdown] lang="ko"
# 읽는 법입니다. 점 하나는 테스트 단어의 일부이고 막대는 그 95% 구간입니다. 한 곡선의 점들은 서로 다른 단어이므로, 두
# 막대가 떨어져 있으면 길이나 길이에 따라오는 무언가가 영향을 주는 것입니다. 곡선이 막대 안에 머물면,
# 영향이 있더라도 막대보다 크지는 않다는 것만 알 수 있습니다. 단어가 몇 개인지도 생각하세요. 백 개를 넷으로 나누면 단어
# 하나가 4%입니다.

# %% [markdown] lang="en"
# ## What the decoder looks at
#
# Letters and sounds go hand in hand, so the dark cells should lie near the diagonal.
# Where they leave it, a letter is silent, one letter decides how another one sounds, or
# the model has lost its place.

# %% [markdown] lang="ko"
# ## 디코더가 보는 곳
#
# 글자와 소리는 나란히 가므로 짙은 칸은 대각선 가까이에 있어야 합니다. 대각선에서 벗어난 곳에는 소리 나지 않는
# 글자나, 다른 글자의 소리를 정하는 글자가 있거나, 모델이 자리를 놓친 것입니다.

# %%
name = "kor"
lengths = [len(word) for word in corpora[name].test.source[:50]]
word, spoken = corpora[name].test[int(np.argmax(lengths))]
print(word, "is read", spoken)
display(
    s2s.plot_attention(translators[name].decode(word), title="From letters to sounds")
)

# %% [markdown] lang="en"
# ## Several hypotheses
#
# How sure is the model? The n-best list of a beam search gives alternatives with their
# scores; sometimes the right reading is the second. The picture counts at which place
# of the list the right answer stands. Below it: how often greedy search was right, how
# often the first of the list is, and how often any of it. Does the beam get more words
# right than greedy search, or does it only offer more?

# %% [markdown] lang="ko"
# ## 여러 가설
#
# 모델은 얼마나 확신할까요? 빔 탐색의 n-best 목록은 다른 후보를 점수와 함께 줍니다. 정답이 둘째에 있을
# 때도 있습니다. 그림은 정답이 목록의 몇째에 있는지 센 것입니다. 가로축은 순위(-는 목록에 없음), 세로축은 테스트 단어
# 가운데의 비율입니다. 그 아래에는 탐욕 탐색(greedy)이 맞힌 비율, 목록의 첫째(first)가 맞은 비율, 목록 어딘가에(anywhere)
# 정답이 있는 비율을 출력합니다. 빔은 탐욕 탐색보다 더 많이 맞히나요, 아니면 후보를 더 내놓을 뿐인가요?

# %%
name, beams = "ice", 2 if FAST else 5
test = corpora[name].test[:20] if FAST else corpora[name].test
results = translators[name].decode(test.source, beam_width=beams, n_best=beams)
places = [
    next((n for n, h in enumerate(r.hypotheses) if h.text == expected), beams)
    for r, expected in zip(results, test.target, strict=True)
]
shares = np.bincount(places, minlength=beams + 1) / len(places)
labels = [str(place + 1) for place in range(beams)] + ["-"]
figure, axes = plt.subplots(figsize=(5, 3), dpi=90, layout="constrained")
axes.bar(labels, shares)
axes.set(
    title="Place of the right answer in the n-best list",
    xlabel="place (-: not in the list)",
    ylabel="share of the test words",
)
plt.show()
greedy = evaluations[name].as_dict()["exact_match"]
print(f"greedy {greedy:.3f} | first {shares[0]:.3f} | anywhere {1 - shares[-1]:.3f}")

# %% [markdown] lang="en"
# ## Words become other words
#
# *Inflection* is the same task once more: a lemma, and what its form is to say, become
# that form. What it is to say are features such as V;PST, which stand before the lemma.
# They are no letters, so the model has an encoder for them apart (`features_encoder`:
# here their vectors are added up), and every step of the decoder reads its outcome.
#
# Here attention is *hard* and *monotonic* (Wu & Cotterell 2019): each letter is written
# from one letter of the lemma, and none goes back. Which one is not known, so training
# sums over all alignments, exactly. With `bridge="zero"` the decoder starts from zeros
# and not from the encoder's last state: what it knows of the lemma comes by attention.
#
# The words are German, from another shared task (SIGMORPHON 2023). Where they cannot be
# had, dates take their place again, all with the same feature.

# %% [markdown] lang="ko"
# ## 단어가 다른 단어로
#
# *굴절*도 같은 과제입니다. 기본형과, 나타내야 할 뜻을 주면 그 꼴을 씁니다. 나타내야 할 뜻은 V;PST 같은
# *자질*(feature)이며 기본형 앞에 적습니다. 자질은 글자가 아니므로 모델에는 자질만 읽는 인코더가 따로 있고
# (`features_encoder`, 여기서는 자질의 벡터를 더합니다), 디코더는 그 결과를 시점마다 읽습니다.
#
# 여기서 쓰는 것은 *하드*(hard) *단조*(monotonic) 어텐션입니다(Wu와 Cotterell 2019). 글자마다 기본형의
# 글자 하나에서 나오고, 뒤로 돌아가지 않습니다. 어느 글자에서 나왔는지는 모르므로, 학습에서는 모든 정렬의 확률을
# 정확히 합산합니다. `bridge="zero"`이면 디코더가 인코더의 마지막 상태가 아니라 0에서 시작합니다. 기본형에 대해
# 아는 것은 어텐션으로만 들어옵니다.
#
# 데이터는 다른 공동 과제(SIGMORPHON 2023)의 독일어입니다. 구할 수 없으면 다시 날짜로 대신하고, 자질은 모두 같은
# 것 하나를 붙입니다.


# %%
def with_features(pairs):
    """Where the corpus is not at hand, other pairs with a feature of all."""
    sources = [s if "\t" in s else s2s.join_features("X", s) for s in pairs.source]
    return s2s.Pairs(sources, pairs.target)


keras.utils.set_random_seed(0)
forms = s2s.load_corpus("sigmorphon2023/deu", fallback="dates")
train, test = map(with_features, (forms.train, forms.test))
if FAST:
    train, test = train[:64], test[:20]
lemmas = s2s.FeaturesTokenizer.fit(train.source, tokenizer=s2s.CharacterTokenizer)
letters = s2s.CharacterTokenizer.fit(train.target)
model = s2s.build_model(
    lemmas.vocabulary_size,
    letters.vocabulary_size,
    features_vocabulary_size=len(lemmas.features),
    features_encoder="sum",
    units=16 if FAST else 128,
    embedding_dim=64,
    bidirectional=True,
    bridge="zero",
    attention="hard",
    monotonic=True,
    dropout=0.3,
)
dataset, epochs = s2s.make_dataset(train, lemmas, letters), 1 if FAST else 8
rate = keras.optimizers.schedules.CosineDecay(5e-3, epochs * int(dataset.cardinality()))
s2s.compile_model(model, learning_rate=rate)
model.fit(dataset, epochs=epochs, shuffle=False, verbose=0)
inflect = s2s.Translator(model, lemmas, letters, max_length=8 if FAST else 50)
written = inflect.translate(test.source)
right = np.mean([a == b for a, b in zip(written, test.target, strict=True)])
print(f"{len(test)} forms of lemmas that training has not seen, right: {right:.1%}")
for (source, form), ours in list(zip(test, written, strict=True))[:: len(test) // 5]:
    features, lemma = s2s.split_features(source)
    print(f"  {lemma} + {features}: {ours}" + f" (it is {form})" * (ours != form))

# %% [markdown] lang="en"
# What the picture shows now is no weight of a mixture: it is the *posterior*, how
# probable it is that a letter was written from each letter of the lemma, given the
# whole form. Features, whose mark `￮` is drawn as `▫` in pictures, have no column that
# is dark, since nothing is written from them. The stem goes letter by letter; what the
# form has in addition is written from the place where it belongs.

# %% [markdown] lang="ko"
# 이 그림은 가중 평균의 가중치가 아니라 *사후 확률*(posterior)입니다. 꼴 전체가 주어졌을 때, 쓴 글자가 기본형의 각
# 글자에서 나왔을 확률입니다. 자질의 표시 `￮`는 그림에서 `▫`로 그립니다. 자질에서는 아무것도 나오지 않으므로 자질의
# 칸은 비어 있습니다. 어간은 한 글자씩 나아가고, 꼴에 덧붙은 것은 그것이 있어야 할 자리에서 나옵니다.

# %%
rows = zip(test.source, test.target, written, strict=True)
examples = [s for s, form, ours in rows if form == ours and form.startswith("ge")]
example = next((s for s in examples if "V.PTCP;PST" in s), test.source[0])
display(s2s.plot_attention(inflect.decode(example), title="The posterior"))

# %% [markdown] lang="en"
# ## Three things to try
#
# 1. Use `CharacterTokenizer` for the Korean letters in place of `JamoTokenizer`. How many
#    letters of the test words has training then never seen? *Hint:* look for ids of 1,
#    which is `<unk>`, in `tokenizer.tokenize(word)`.
# 2. Train three Icelandic models with other seeds and average them. *Hint:*
#    `s2s.Translator.ensemble([a, b, c])` translates like one translator.
# 3. Run the full recipe: `seq2seq-keras train --config configs/g2p.yaml --corpus
#    sigmorphon2021/ice`. *Hint:* `configs` is a folder of the package's repository;
#    `seq2seq-keras evaluate saved_models/translator --corpus sigmorphon2021/ice` then
#    gives the test scores.

# %% [markdown] lang="ko"
# ## 해 볼 것 세 가지
#
# 1. 한국어 글자를 `JamoTokenizer` 대신 `CharacterTokenizer`로 잘라 보세요. 테스트 단어의 글자 가운데 학습 때
#    한 번도 보지 못한 것은 얼마나 되나요? *힌트:* `tokenizer.tokenize(word)`에서 1을 찾으세요. `<unk>`입니다.
# 2. 아이슬란드어 모델 셋을 시드만 바꿔 학습시키고 평균 내 보세요. *힌트:* `s2s.Translator.ensemble([a, b,
#    c])`는 번역기 하나처럼 번역합니다.
# 3. 전체 설정으로 돌려 보세요. `seq2seq-keras train --config
#    configs/g2p.yaml --corpus sigmorphon2021/ice`. *힌트:*
#    `configs`는 패키지 저장소의 폴더입니다. 그다음 `seq2seq-keras evaluate
#    saved_models/translator --corpus sigmorphon2021/ice`가 테스트
#    점수를 냅니다.
