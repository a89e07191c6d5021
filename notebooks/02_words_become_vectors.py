# %% [markdown] lang="en"
# # 2 · Words become vectors
#
# **What it shows.** The whole ladder from sparse to dense: one-hot vectors, the
# document-term matrix, TF-IDF, LSA, Word2Vec, FastText, GloVe, and what a translator's own
# `Embedding` learns. What each costs, what each knows about meaning, and how cosine
# similarity tells.
#
# **What to know first.** Notebook 1; vectors, the dot product.
#
# **Papers.** Mikolov et al. 2013, [Efficient Estimation of Word Representations in Vector
# Space](https://arxiv.org/abs/1301.3781); Pennington et al. 2014,
# [GloVe](https://aclanthology.org/D14-1162/); Bojanowski et al. 2017, [Enriching Word Vectors
# with Subword Information](https://arxiv.org/abs/1607.04606).

# %% [markdown] lang="ko"
# # 2 · 단어가 벡터가 되기까지
#
# **무엇을 보나요?** 희소에서 밀집까지 사다리를 한 칸씩 오릅니다. 원-핫 벡터, 문서-단어 행렬,
# TF-IDF, LSA, Word2Vec, FastText, GloVe, 그리고 번역기의 `Embedding`이
# 스스로 배우는 것까지입니다. 저마다 비용이 얼마나 들고, 뜻에 대해 무엇을 아는지, 코사인 유사도로 어떻게
# 알아보는지 봅니다.
#
# **먼저 알아 둘 것.** 노트북 1, 벡터와 내적.
#
# **논문.** Mikolov 외 2013, [Efficient Estimation of Word
# Representations in Vector
# Space](https://arxiv.org/abs/1301.3781); Pennington 외 2014,
# [GloVe](https://aclanthology.org/D14-1162/); Bojanowski 외
# 2017, [Enriching Word Vectors with Subword
# Information](https://arxiv.org/abs/1607.04606).

# %%
# In Colab: put the repository at /content/seq2seq_keras, uncomment the next line, run
# it, and restart the session.
# # %pip install --quiet "/content/seq2seq_keras[jupyter]"
import os

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import keras
import numpy as np
import pandas as pd
from IPython.display import display

from seq2seq_keras import vectors

keras.utils.set_random_seed(0)
# Tiny sizes for the package's tests; the value after "else" is the tutorial's.
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))

# %% [markdown] lang="en"
# ## The text
#
# The English captions of Multi30k: short sentences about what is seen on pictures. Where
# they cannot be had, the built-in phrasebook takes their place.

# %% [markdown] lang="ko"
# ## 텍스트
#
# Multi30k의 영어 설명문입니다. 사진에 보이는 것을 짧은 문장으로 적었습니다. 구할 수 없으면 내장 회화집으로
# 대신합니다.

# %%
corpus = s2s.load_corpus("multi30k-tok/en-de", fallback="phrasebook/english-french")
texts = corpus.train.source[: 300 if FAST else None]
tokenizer = s2s.WordTokenizer.fit(texts)
wanted = ["man", "woman", "boy", "girl", "dog", "cat", "bird", "street", "city"]
wanted += ["park", "red", "blue", "running", "walking", "small", "large", "going", "is"]
words = [word for word in wanted if word in tokenizer.vocabulary]
print(f"{len(texts):,} texts, {tokenizer.vocabulary_size - 4:,} words; shown:", *words)

# %% [markdown] lang="en"
# ## One-hot: every word a dimension of its own
#
# The simplest vector of a word is a single one at the word's place. What it costs:

# %% [markdown] lang="ko"
# ## 원-핫: 단어마다 차원 하나
#
# 가장 단순한 단어 벡터는 그 단어의 자리만 1이고 나머지는 0입니다. 비용부터 봅시다.

# %%
one_hot = vectors.one_hot(texts, tokenizer=tokenizer)
print(one_hot.describe())

# %% [markdown] lang="en"
# And what it knows: the cosine similarity of any two different words is 0. A man is as far
# from a woman as from a street.

# %% [markdown] lang="ko"
# 그렇다면 무엇을 알까요? 서로 다른 두 단어의 코사인 유사도는 언제나 0입니다. man은 street에서 먼 만큼 woman에서도
# 멉니다.

# %%
display(
    s2s.plot_similarities(
        one_hot, words[:8], title="One-hot vectors: no two words are alike"
    )
)

# %% [markdown] lang="en"
# ## Cosine similarity by hand
#
# The angle between two vectors, whatever their length:
#
# $$\cos(a, b) = \frac{a \cdot b}{\lVert a \rVert \, \lVert b \rVert}.$$

# %% [markdown] lang="ko"
# ## 손으로 구하는 코사인 유사도
#
# 길이와 상관없이 두 벡터 사이의 각도를 봅니다.
#
# $$\cos(a, b) = \frac{a \cdot b}{\lVert a \rVert \, \lVert b \rVert}.$$

# %%
a, b = np.array([3.0, 4.0]), np.array([4.0, 3.0])
by_hand = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
by_package = vectors.cosine_similarity(a[None], b[None])
print("by hand:", by_hand, " by the package:", np.squeeze(by_package))

# %% [markdown] lang="en"
# ## The document-term matrix: words that stand in the same texts
#
# Count how often each word stands in each text, and words have something in common:
# texts. TF-IDF weighs down those that stand everywhere, and scales each text to a length
# of 1. Between two words the weight cancels, since a cosine does not see how long a
# vector is; only the scaling of the texts changes their similarity. Both matrices are
# wide and nearly all zeros.

# %% [markdown] lang="ko"
# ## 문서-단어 행렬: 같은 글에 나오는 단어들
#
# 단어가 글마다 몇 번 나오는지 세면 단어 사이에 공통점이 생깁니다. 함께 나온 글입니다. TF-IDF는 어디에나
# 나오는 단어의 가중치를 낮추고 글마다 길이를 1로 맞춥니다. 코사인은 벡터의 길이를 보지 않으므로 두 단어를
# 견줄 때 이 가중치는 상쇄되고, 글의 길이를 맞춘 것만 유사도를 바꿉니다. 두 행렬 모두 폭이 넓고 거의 0으로
# 차 있습니다.

# %%
counted = vectors.document_term_matrix(texts, tokenizer=tokenizer)
weighed = vectors.tf_idf(texts, tokenizer=tokenizer)
print(counted.describe())
first, second = words[0], words[1]
print(f"similarity({first}, {second}):", end=" ")
print(f"counts {counted.similarity(first, second):.3f},", end=" ")
print(f"TF-IDF {weighed.similarity(first, second):.3f}")

# %% [markdown] lang="en"
# ## Dense vectors
#
# Four ways to a short vector full of numbers. **LSA** keeps the strongest directions of
# the TF-IDF matrix (its singular value decomposition). **Word2Vec** learns to predict
# the words around a word. **FastText** does so with the pieces of words. **GloVe** fits
# the logarithm of how often two words stand near each other.

# %% [markdown] lang="ko"
# ## 밀집 벡터
#
# 짧고 꽉 찬 벡터를 얻는 네 가지 방법입니다. **LSA**는 TF-IDF 행렬의 가장 강한 방향들을 남깁니다(특잇값 분해).
# **Word2Vec**은 주변 단어를 맞히도록 배웁니다. **FastText**는 단어의 조각으로 그렇게 합니다. **GloVe**는
# 두 단어가 가까이 나오는 횟수의 로그에 맞춥니다.

# %%
options = {"tokenizer": tokenizer, "dimensions": 10 if FAST else 100}
few = {"epochs": 1} if FAST else {}
dense = {
    "LSA": vectors.lsa(texts, **options),
    "Word2Vec": vectors.word2vec(texts, **options, **few),
    "FastText": vectors.fasttext(texts, **options, **few),
    "GloVe": vectors.glove(texts, **options, **few),
}
print(dense["Word2Vec"].describe())

# %%
known = [word for word in words if all(word in made for made in dense.values())]
shown = known[:6]
table = {
    name: [", ".join(n.word for n in made.most_similar(word, 4)) for word in shown]
    for name, made in dense.items()
}
with pd.option_context("display.max_colwidth", None):
    display(pd.DataFrame(table, index=shown))

# %% [markdown] lang="en"
# Read the rows: which method finds words that could *replace* the word, and which finds
# words that stand *beside* it? Both are neighbours, of different kinds. Here Word2Vec
# and FastText tend to the first, GloVe to the second; LSA finds rare words that share a
# few captions. Some of FastText's, look at those of `man`, are merely spelled like the
# word: the price of vectors made of n-grams, which are short runs of letters.
#
# ## A word never seen
#
# FastText makes a word's vector from its n-grams of letters, so it has one for words, and
# misspellings, that training never saw. The others have nothing.

# %% [markdown] lang="ko"
# 행을 읽어 보세요. 그 단어를 *대신할* 수 있는 단어를 찾는 방법은 어느 것이고, *곁에* 나오는 단어를 찾는
# 방법은 어느 것인가요? 둘 다 이웃이지만 종류가 다릅니다. 여기서는 Word2Vec과 FastText가 앞의
# 것에, GloVe가 뒤의 것에 가깝습니다. LSA는 설명문 몇 개에 함께 나온 드문 단어를 찾습니다. FastText의
# 이웃에는 철자만 닮은 단어도 있습니다(`man`의 이웃을 보세요). 짧은 글자 묶음인 n-그램으로 벡터를 만드는 대가입니다.
#
# ## 한 번도 보지 못한 단어
#
# FastText는 글자 n-그램으로 벡터를 만들기 때문에, 학습 때 보지 못한 단어와 잘못 쓴 단어에도 벡터가 있습니다.
# 다른 방법에는 없습니다.

# %%
unseen = "streetz"
for name, made in dense.items():
    has_vector = unseen in made or made.compose is not None
    near = made.most_similar(unseen, 4) if has_vector else ()
    answer = [n.word for n in near] or "not known"
    print(f"{name:<9} {unseen}: {answer}")

# %% [markdown] lang="en"
# ## A map of words
#
# A hundred dimensions on two: the principal components of the chosen words.

# %% [markdown] lang="ko"
# ## 단어의 지도
#
# 백 개의 차원을 두 개로 줄인, 고른 단어들의 주성분입니다.

# %%
display(s2s.plot_vectors(dense["Word2Vec"], known, title="A map of words, Word2Vec"))

# %%
display(
    s2s.plot_similarities(
        dense["Word2Vec"], shown, title="Cosine similarities, Word2Vec"
    )
)

# %% [markdown] lang="en"
# ## Do they agree with people?
#
# People have judged how alike two words are (WordSim-353). Spearman's correlation
# compares the ranking by people with that by cosine; pairs with a word that the text
# lacks are left out, and counted. Some methods leave out rare words as well, so that
# the number of pairs differs from row to row, and such rows cannot be compared. The
# text is small, so mind the intervals. That two of them overlap settles nothing,
# though: both methods judge the same pairs, and a paired test, as in notebook 9, would
# use that.

# %% [markdown] lang="ko"
# ## 사람의 생각과 맞는가
#
# 두 단어가 얼마나 비슷한지 사람들이 매긴 점수가 있습니다(WordSim-353). 스피어만 상관은 사람이 매긴
# 순위와 코사인의 순위를 견줍니다. 텍스트에 없는 단어가 든 쌍은 빼고, 몇 쌍인지 셉니다. 드문 단어를 빼는
# 방법이 있어 쌍의 수가 행마다 다르며, 그런 행끼리는 비교할 수 없습니다. 텍스트가 작으니 구간을 꼭 보세요. 다만
# 구간이 겹친다는 것만으로는 아무것도 가려지지 않습니다. 두 방법이 같은 쌍을 평가했으므로, 노트북 9에서처럼 짝지은
# 검정을 해야 그 점을 이용할 수 있습니다.

# %%
rows = {}
for name, made in {"TF-IDF": weighed, **dense}.items():
    result = vectors.evaluate_similarity(made)
    covered = f"{result.covered} of {result.pairs}"
    rows[name] = [result.spearman, result.low, result.high, covered]
names = ["Spearman", "low", "high", "pairs covered"]
display(pd.DataFrame.from_dict(rows, orient="index", columns=names).round(3))

# %% [markdown] lang="en"
# ## What a translator's `Embedding` learns
#
# No method above is needed to train a translator: `Embedding` starts at random and
# learns what the task needs. The mean cosine similarity within some groups of words
# before and after, on the built-in English-French corpus. For comparison the same of
# groups of six words drawn at random: 95 in 100 lie between the last two rows.

# %% [markdown] lang="ko"
# ## 번역기의 `Embedding`이 배우는 것
#
# 번역기를 학습시키는 데 위의 방법이 꼭 필요하지는 않습니다. `Embedding`은 무작위로 시작해서 과제에 필요한
# 것을 배웁니다. 내장 영어-프랑스어 말뭉치에서 몇 무리의 단어끼리 코사인 유사도 평균이 학습 전(before)과
# 후(after)에 어떻게 달라지는지(change) 봅시다. 견줄 수 있도록 무작위로 뽑은 여섯 단어 무리(six at random)도 함께
# 봅니다. 그런 무리는 백에 아흔다섯이 마지막 두 행 사이에 있습니다.

# %%
train, validation, _ = s2s.load_corpus("phrasebook/english-french")
train = train[: 200 if FAST else 12_000]
tokenizers = s2s.WordTokenizer.fit(train.source), s2s.WordTokenizer.fit(train.target)
model = s2s.build_model(
    *(tokenizer.vocabulary_size for tokenizer in tokenizers),
    units=16 if FAST else 96,
    embedding_dim=48,
)
before = vectors.from_model(model, "source", tokenizers[0])
s2s.compile_model(model, learning_rate=4e-3)
dataset = s2s.make_dataset(train, *tokenizers)
model.fit(dataset, epochs=1 if FAST else 3, shuffle=False, verbose=0)
after = vectors.from_model(model, "source", tokenizers[0])
groups = {
    "adjectives": ["small", "short", "black", "expensive", "heavy", "light"],
    "people": ["student", "teacher", "doctor", "singer", "child", "neighbor"],
    "verbs": ["eats", "sees", "borrows", "buys", "sings", "reads"],
}


def mean_cosine(made, group):
    """The mean over all pairs of different words."""
    rows = np.stack([made.vector(word) for word in group if word in made])
    cosines = vectors.cosine_similarity(rows, rows)
    return cosines[~np.eye(len(rows), dtype=bool)].mean()


def before_and_after(group):
    means = [mean_cosine(made, group) for made in (before, after)]
    return [*means, means[1] - means[0]]


table = {name: before_and_after(group) for name, group in groups.items()}
draw = np.random.default_rng(0).choice
sixes = [before_and_after(draw(before.words, 6, replace=False)) for _ in range(400)]
for share in (0.025, 0.975):
    table[f"six at random, {share:.1%}"] = np.quantile(sixes, share, axis=0)
display(pd.DataFrame(table, index=["before", "after", "change"]).T.round(3))

# %% [markdown] lang="en"
# The last two rows say how far the mean of six words strays by chance. Before training
# all is chance, also where a group lies outside. So look at the change: above that of
# random groups, it shows that the *task* treats the words alike, as `is` may be
# followed by any of the adjectives; within, it shows nothing. It need not be large,
# since a translator has to tell words apart and not to find synonyms.
#
# ## Into the model
#
# Vectors made elsewhere can be the start of an `Embedding`. `matrix_for` puts each
# word's vector into the row that the tokenizer's vocabulary gives it, and reports what
# was found: as it is, `without marks` (`￭` taken off), `folded` (in other case),
# `composed` of its parts (FastText), or not at all and `filled` at random.

# %% [markdown] lang="ko"
# 마지막 두 행은 여섯 단어의 평균이 우연히 어디까지 벗어날 수 있는지 보여 줍니다. 학습 전의 값은 무리가 그 밖에
# 있더라도 모두 우연입니다. 그러니 변화를 보세요. 무작위 무리보다 더 오른 무리는 *과제*가 비슷하게 다루는
# 단어들입니다. `is` 뒤에는 어느 형용사든 올 수 있으니까요. 그 안에 있는 변화로는 아무 말도 할 수 없습니다.
# 변화가 클 필요는 없습니다. 번역기가 할 일은 비슷한 말을 찾는 것이 아니라 단어를 구별하는 것이니까요.
#
# ## 모델 안으로
#
# 다른 곳에서 만든 벡터로 `Embedding`을 시작할 수 있습니다. `matrix_for`는 단어의 벡터를
# 토크나이저의 어휘가 정한 행에 넣고, 무엇을 찾았는지 알려 줍니다. 그대로 찾았는지(found), `￭`를 떼고
# 찾았는지(without marks), 대소문자만 다른지(folded), 조각에서 합쳤는지(composed,
# FastText), 없어서 무작위로 채웠는지(filled)입니다.

# %%
matrix, coverage = dense["Word2Vec"].matrix_for(tokenizers[0])
print(coverage)
started = s2s.build_model(
    *(tokenizer.vocabulary_size for tokenizer in tokenizers), source_embeddings=matrix
)
row = tokenizers[0].tokenize(shown[0])[0]
weights = started.get_layer("source_embedding").get_weights()[0]
print("row of", repr(shown[0]), "equal:", np.array_equal(weights[row], matrix[row]))

# %% [markdown] lang="en"
# ## Three things to try
#
# 1. Ask for analogies: man is to woman as boy is to ... *Hint:*
#    `dense["Word2Vec"].analogy("man", "woman", "boy")`.
# 2. Load vectors that were trained on billions of words. *Hint:*
#    `s2s.WordVectors.load("glove.6B.zip", member="glove.6B.100d.txt",
#    vocabulary=tokenizer)` reads only what the vocabulary needs.
# 3. Look at all words at once. *Hint:* `vectors.export_projector(dense["Word2Vec"],
#    "projector")`, then `tensorboard --logdir projector`.

# %% [markdown] lang="ko"
# ## 해 볼 것 세 가지
#
# 1. 유추 문제를 내 보세요. man과 woman의 관계는 boy와 무엇의 관계와 같을까요? *힌트:*
#    `dense["Word2Vec"].analogy("man", "woman", "boy")`.
# 2. 수십억 단어로 학습된 벡터를 불러와 보세요. *힌트:* `s2s.WordVectors.load("glove.6B.zip",
#    member="glove.6B.100d.txt", vocabulary=tokenizer)`는 어휘에 필요한 것만 읽습니다.
# 3. 모든 단어를 한눈에 보세요. *힌트:*
#    `vectors.export_projector(dense["Word2Vec"], "projector")`
#    다음에 `tensorboard --logdir projector`.
