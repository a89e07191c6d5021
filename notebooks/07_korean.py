# %% [markdown] lang="en"
# # 7 · Korean
#
# **What it shows.** Where a word ends and a syllable begins: Korean cut into words, syllables,
# letters (jamo) and subwords, and what each choice costs in unknown tokens and in length.
# Particles and endings, which make many forms of one word. One small translation model for
# each choice, compared on held-out sentences. Fonts.
#
# **What to know first.** Notebooks 1, 2 and 6. No Korean is needed.
#
# **Papers.** Sennrich et al. 2016, [Neural Machine Translation of Rare Words with Subword
# Units](https://arxiv.org/abs/1508.07909); Kudo & Richardson 2018,
# [SentencePiece](https://arxiv.org/abs/1808.06226); Park et al. 2018, [Subword-level Word Vector
# Representations for Korean](https://aclanthology.org/P18-1226/).

# %% [markdown] lang="ko"
# # 7 · 한국어
#
# **무엇을 보나요?** 토큰은 어디서 끊어야 할까요? 한국어를 단어, 음절, 자모, 서브워드로 잘라
# 보고, 선택마다 미등록 토큰과 문장 길이로 어떤 대가를 치르는지 봅니다. 한 단어를 여러 꼴로 만드는 조사와 어미도 봅니다.
# 선택마다 작은 번역 모델을 하나씩 학습시켜, 학습에 쓰지 않은 문장으로 견줍니다. 글꼴 이야기도 합니다.
#
# **먼저 알아 둘 것.** 노트북 1, 2, 6.
#
# **논문.** Sennrich 외 2016, [Neural Machine Translation of Rare Words with Subword
# Units](https://arxiv.org/abs/1508.07909); Kudo와 Richardson 2018,
# [SentencePiece](https://arxiv.org/abs/1808.06226); Park 외 2018, [Subword-level Word Vector
# Representations for Korean](https://aclanthology.org/P18-1226/).

# %%
# In Colab: put the repository at /content/seq2seq_keras, uncomment the next two
# lines, run them, and restart the session.
# # !apt-get install --quiet fonts-nanum
# # %pip install --quiet "/content/seq2seq_keras[jupyter]"
import collections
import os
import unicodedata

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import keras
import pandas as pd
from IPython.display import display

from seq2seq_keras import vectors

keras.utils.set_random_seed(0)
# Tiny sizes for the package's tests; the value after "else" is the tutorial's.
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))

# %% [markdown] lang="en"
# ## What a syllable is made of
#
# A Korean syllable block is two or three letters, *jamo*: an initial consonant, a vowel, and
# perhaps a final consonant. Unicode knows the block as one character (NFC) or as its letters
# (NFD); they look the same and compare as different. `JamoTokenizer` cuts into letters,
# whatever form it gets, and puts them together again. (값이 싸요: the price is low.)

# %% [markdown] lang="ko"
# ## 음절을 이루는 것
#
# 한글 음절은 초성, 중성, 그리고 있으면 종성으로 이루어집니다. 유니코드에는 한 글자로 모은 꼴(NFC)과 자모로 푼
# 꼴(NFD)이 있습니다. 보기에는 같은데 비교하면 다르다고 나옵니다. `JamoTokenizer`는 어느 꼴을 받든 자모로 풀고,
# 되돌릴 때 다시 모읍니다.

# %%
syllable = "값"
for form in ("NFC", "NFD"):
    written = unicodedata.normalize(form, syllable)
    print(form, written, [f"{ord(letter):04X}" for letter in written])
tokenizer = s2s.JamoTokenizer.fit(["값이 싸요"])
nfd = unicodedata.normalize("NFD", "값이 싸요")
ids = tokenizer.tokenize("값이 싸요")
print("tokens:", [tokenizer.vocabulary[i] for i in ids])
print("the same ids from NFD:", list(ids) == list(tokenizer.tokenize(nfd)))
print("and back:", tokenizer.detokenize(ids))

# %% [markdown] lang="en"
# ## Particles and endings
#
# Korean marks the role of a noun by a particle behind it (조사) and tense, mood and
# politeness by endings of the verb (어미), all written without a space. One word has many
# forms. In the built-in phrasebook, which comes from a grammar, we can look at all of
# them, here of 학생 (student) and of 읽- (to read):

# %% [markdown] lang="ko"
# ## 조사와 어미
#
# 한국어는 명사 뒤의 조사로 문장 안의 역할을, 동사의 어미로 시제와 서법과 높임을 나타내고, 모두 붙여 씁니다.
# 그래서 한 단어가 여러 꼴을 갖습니다. 내장 회화집은 문법에서 만들어 낸 것이라 모든 꼴을 볼 수 있습니다. 여기서는 학생과 읽-의 꼴을 봅니다.

# %%
phrasebook = s2s.load_corpus("phrasebook/korean-english")
sources = [text.replace("?", " ?") for text in phrasebook.train.source]
words = sorted({word for text in sources for word in text.split()})
for stem in ("학생", "읽"):
    forms = [word for word in words if word.startswith(stem)]
    print(f"{stem}: {len(forms)} forms:", *forms[:10])

# %% [markdown] lang="en"
# To `WordTokenizer` these are different words that have nothing in common. Cut into letters,
# they share their stem and their endings. FastText over n-grams of jamo uses that, even for a
# form that the text does *not* contain: how near is it to the other forms of its stem, and how
# near to all words?

# %% [markdown] lang="ko"
# `WordTokenizer`에 이들은 아무 상관 없는 서로 다른 단어입니다. 자모로 풀면 어간과 어미를 공유합니다. 자모
# n-그램을 쓰는 FastText는 텍스트에 *없는* 꼴에도 이 점을 이용합니다. 같은 어간의 다른 꼴과는 얼마나 가깝고, 모든
# 단어와는 얼마나 가까울까요?

# %%
unseen, *stem_forms = [word for word in words if word.startswith("읽")]
texts = [text for text in sources if unseen not in text.split()]
texts = texts[: 500 if FAST else None]
made = vectors.fasttext(
    texts, letters="jamo", dimensions=50, epochs=1 if FAST else 5, min_frequency=1
)
print(f"{unseen} is left out of the text:", unseen not in made.words)
for name, others in (("forms of its stem", stem_forms), ("all words", words)):
    near = [made.similarity(unseen, word) for word in others if word in made.words]
    print(f"mean cosine similarity to {name}: {sum(near) / len(near):.2f}")
print("neighbours:", [n.word for n in made.most_similar(unseen, 6)])

# %% [markdown] lang="en"
# Look at the endings of the neighbours: letters of the ending count as much as letters of the
# stem, and an ending recurs with every verb of the text.

# %% [markdown] lang="ko"
# 이웃들의 어미를 보세요. 어미의 자모도 어간의 자모만큼 중요하고, 어미는 텍스트의 모든 동사에 되풀이해 나옵니다.

# %% [markdown] lang="en"
# ## Four ways to cut real sentences
#
# Korean sentences from Tatoeba with their English translations: few, short and
# everyday. Where they cannot be had, the built-in phrasebook takes their place. For
# each tokenizer: the size of its vocabulary, the share of tokens in *validation*
# sentences that training has never seen, and how long sentences become. Unknown tokens
# are lost meaning; long sentences are slow, and hard to remember.

# %% [markdown] lang="ko"
# ## 실제 문장을 자르는 네 가지 방법
#
# Tatoeba의 한국어 문장과 영어 번역입니다. 많지 않고, 짧고, 일상적입니다. 구할 수 없으면 내장 회화집으로
# 대신합니다. 토크나이저마다 어휘의 크기, 학습 때 보지 못한 토큰이 *검증* 문장에서 차지하는 비율, 문장의 길이를
# 봅니다. 미등록 토큰은 잃어버린 뜻이고, 긴 문장은 느리고 기억하기 어렵습니다.

# %%
corpus = s2s.load_corpus("tatoeba/kor-eng", fallback="phrasebook/korean-english")
train = corpus.train[: 100 if FAST else 4000]
validation = corpus.validation[:400]
characters = len(set("".join(train.source)))
source_tokenizers = {
    "words": s2s.WordTokenizer.fit(train.source),
    "syllables": s2s.CharacterTokenizer.fit(train.source),
    "jamo": s2s.JamoTokenizer.fit(train.source),
    "subwords": s2s.SubwordTokenizer.fit(
        train.source, max_size=characters + (50 if FAST else 1000)
    ),
}
rows = {}
for name, tokenizer in source_tokenizers.items():
    ids = [tokenizer.tokenize(text) for text in validation.source]
    count = sum(map(len, ids))
    rows[name] = {
        "vocabulary": tokenizer.vocabulary_size,
        "unknown tokens, %": 100 * sum(list(row).count(1) for row in ids) / count,
        "tokens a sentence": count / len(ids),
    }
display(pd.DataFrame(rows).T.round(1))

# %%
text = min(validation.source, key=lambda text: abs(len(text) - 14))
for name, tokenizer in source_tokenizers.items():
    print(f"{name:<10}", tokenizer.split([text])[0])

# %% [markdown] lang="en"
# ## What does it mean for translation?
#
# Korean to English, the same model four times; only the cutting of the source differs.
# A thousand sentences of the phrasebook are few, so that many words are seen only once
# or twice, and some held-out sentences have one that was never seen. *Exact match* is
# the share of held-out sentences translated word for word; chrF compares letters, so
# that it gives credit for what is nearly right. Both with 95 % intervals.

# %% [markdown] lang="ko"
# ## 번역에는 어떤 영향을 주나
#
# 한국어를 영어로 옮기는 같은 모델을 네 번 학습시킵니다. 원문을 자르는 방법만 다릅니다. 회화집의 문장 천 개는
# 적어서, 많은 단어를 한두 번밖에 보지 못하고, 한 번도 보지 못한 단어가 든 테스트 문장도 있습니다.
# *완전 일치율*(exact match)은 학습에 쓰지 않은 문장 가운데 낱말 하나 틀리지 않게 옮긴 비율입니다. chrF는
# 글자 단위로 비교하므로 거의 맞은 번역에도 점수를 줍니다. 둘 다 95% 구간을 함께 봅니다.

# %%
few = phrasebook.train[: 100 if FAST else 1000]
held_out = phrasebook.test[: 20 if FAST else 400]
target_tokenizer = s2s.WordTokenizer.fit(few.target)
chosen = {
    "words": s2s.WordTokenizer.fit(few.source),
    "syllables": s2s.CharacterTokenizer.fit(few.source),
    "jamo": s2s.JamoTokenizer.fit(few.source),
    "subwords": s2s.SubwordTokenizer.fit(few.source, max_size=300 if FAST else 500),
}
cut = chosen["words"].split(few.source)
seen = collections.Counter(word for sentence in cut for word in sentence)
rare = sum(count <= 2 for count in seen.values())
print(f"{rare} of {len(seen)} words are seen once or twice")
unknown = [1 in ids for ids in chosen["words"].tokenize(held_out.source)]
print(f"{sum(unknown)} of {len(unknown)} held-out sentences have a word never seen")


def train_translator(source_tokenizer):
    keras.utils.set_random_seed(0)
    model = s2s.build_model(
        source_tokenizer.vocabulary_size,
        target_tokenizer.vocabulary_size,
        cell="gru",
        units=16 if FAST else 96,
        embedding_dim=64,
        bidirectional=True,
        attention="luong",
        dropout=0.2,
    )
    dataset = s2s.make_dataset(few, source_tokenizer, target_tokenizer, batch_size=32)
    epochs = 1 if FAST else 16
    steps = epochs * int(dataset.cardinality())
    rate = keras.optimizers.schedules.CosineDecay(5e-3, steps)
    s2s.compile_model(model, learning_rate=rate)
    model.fit(dataset, epochs=epochs, shuffle=False, verbose=0)
    return s2s.Translator(model, source_tokenizer, target_tokenizer, max_length=20)


if FAST:
    chosen = {"words": chosen["words"]}
translators = {name: train_translator(made) for name, made in chosen.items()}

# %%
rows = {}
for name, translator in translators.items():
    found = s2s.evaluate_translator(translator, held_out).as_dict()
    rows[name] = {
        f"{metric}{end}": found[f"{metric}{end}"]
        for metric in ("exact_match", "chrf")
        for end in ("", "_low", "_high")
    }
display(pd.DataFrame(rows).T.round(2))

# %% [markdown] lang="en"
# A token is learnt only if training sees it often, and short tokens are seen often:
# that is what syllables, jamo and subwords have over words here. Two intervals that
# overlap do not settle which is better, nor that neither is: notebook 9 has a paired
# test for that. And this is one seed: another may rank them differently. Some
# translations to look at:

# %% [markdown] lang="ko"
# 모델은 토큰을 자주 보아야 배우는데, 짧은 토큰일수록 자주 나옵니다. 여기서 음절, 자모, 서브워드가 단어보다
# 나은 점이 그것입니다. 두 구간이 겹친다는 것만으로는 어느 쪽이 나은지도, 둘이 같은지도 알 수 없습니다. 그럴 때
# 쓰는 짝지은 검정이 노트북 9에 있습니다. 게다가 시드가 하나이니, 다른 시드에서는 순위가 달라질 수도 있습니다.
# 번역을 몇 개 봅시다.

# %%
for source, target in list(held_out)[:4]:
    print(f"{source}\n  reference: {target}")
    for name, translator in translators.items():
        print(f"  {name:<10} {translator.translate(source)}")

# %% [markdown] lang="en"
# ## Fonts, and where the decoder looks
#
# The package's pictures look for a font with Hangul among those installed; without one,
# boxes would stand where letters should. On Debian, Ubuntu and Colab `fonts-nanum`
# brings one. On the phrasebook, whose order of words is regular, attention shows where
# the verb goes, which stands at the end of a Korean sentence and early in an English
# one. The picture is of the first test sentence of four words or more that is
# translated as the reference has it.

# %% [markdown] lang="ko"
# ## 글꼴, 그리고 디코더가 보는 곳
#
# 패키지의 그림은 설치된 글꼴 가운데 한글이 있는 것을 찾아 씁니다. 없으면 글자 대신 네모(□)가 나옵니다.
# Debian, Ubuntu, Colab에서는 `fonts-nanum`을 설치하면 됩니다. 어순이 규칙적인
# 회화집에서는 한국어 문장의 끝에 있는 동사가 영어 문장의 앞쪽으로 가는 모습을 어텐션에서 볼 수 있습니다. 그림은 네
# 단어 이상인 테스트 문장 가운데 참조 번역과 똑같이 번역된 첫 문장의 것입니다.

# %%
pairs = phrasebook.train[: 100 if FAST else 8000]
tokenizers = s2s.WordTokenizer.fit(pairs.source), s2s.WordTokenizer.fit(pairs.target)
keras.utils.set_random_seed(0)
model = s2s.build_model(
    *(tokenizer.vocabulary_size for tokenizer in tokenizers),
    units=16 if FAST else 96,
    embedding_dim=48,
    bidirectional=True,
    attention="bahdanau",
)
s2s.compile_model(model, learning_rate=5e-3)
dataset = s2s.make_dataset(pairs, *tokenizers)
model.fit(dataset, epochs=1 if FAST else 4, shuffle=False, verbose=0)
translator = s2s.Translator(model, *tokenizers, max_length=15)
longer = [pair for pair in phrasebook.test if len(pair[0].split()) >= 4][:50]
written = translator.translate([source for source, _ in longer])
right = [pair for pair, ours in zip(longer, written, strict=True) if pair[1] == ours]
text, _ = (right or longer)[0]
display(s2s.plot_attention(translator.decode(text), title="Attention weights"))

# %% [markdown] lang="en"
# ## Three things to try
#
# 1. Turn it round, English to Korean, with words and with jamo as the *target*. *Hint:* compare
#    by chrF, since scores that count tokens depend on the tokenizer.
# 2. Cut into morphemes. *Hint:* `pip install ".[korean]"` in the folder of the
#    repository, then `vectors.KoreanMorphemes()` is a tokenizer for word vectors.
# 3. Let subwords be cut anew in each epoch. *Hint:* `make_dataset(..., subword_sampling=0.1)`.

# %% [markdown] lang="ko"
# ## 해 볼 것 세 가지
#
# 1. 방향을 바꿔 영어를 한국어로 옮기되, *목표*를 단어로도 자모로도 해 보세요. *힌트:* chrF로 견주세요. 토큰을 세는
#    점수는 토크나이저에 따라 달라집니다.
# 2. 형태소로 잘라 보세요. *힌트:* 저장소의 폴더에서 `pip install ".[korean]"`을 실행한 다음 `vectors.KoreanMorphemes()`를 단어
#    벡터의 토크나이저로 씁니다.
# 3. 서브워드를 에폭마다 다르게 잘라 보세요. *힌트:* `make_dataset(..., subword_sampling=0.1)`.
