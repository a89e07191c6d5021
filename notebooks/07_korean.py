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

# %%
# In Colab: uncomment the next two lines, run them, and restart the session.
# # !apt-get install --quiet fonts-nanum
# # %pip install --quiet "seq2seq_keras[jupyter]"
import os
import unicodedata

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import keras
import pandas as pd
from IPython.display import display

from seq2seq_keras import vectors

keras.utils.set_random_seed(0)
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))

# %% [markdown]
# ## What a syllable is made of
#
# A Korean syllable block is two or three letters, *jamo*: an initial consonant, a vowel, and
# perhaps a final consonant. Unicode knows the block as one character (NFC) or as its letters
# (NFD); they look the same and compare as different. `JamoTokenizer` cuts into letters,
# whatever form it gets, and puts them together again. (값이 싸요: the price is low.)

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

# %% [markdown]
# ## Particles and endings
#
# Korean marks the role of a noun by a particle behind it (조사) and tense, mood and
# politeness by endings of the verb (어미), all written without a space. One word has many
# forms. In the built-in phrasebook, which comes from a grammar, we can look at all of
# them, here of 학생 (student) and of 읽- (to read):

# %%
phrasebook = s2s.load_corpus("phrasebook/korean-english")
sources = [text.replace("?", " ?") for text in phrasebook.train.source]
words = sorted({word for text in sources for word in text.split()})
for stem in ("학생", "읽"):
    forms = [word for word in words if word.startswith(stem)]
    print(f"{stem}: {len(forms)} forms:", *forms[:10])

# %% [markdown]
# To `WordTokenizer` these are different words that have nothing in common. Cut into letters,
# they share their stem and their endings. FastText over n-grams of jamo uses that, even for a
# form that the text does *not* contain: how near is it to the other forms of its stem, and how
# near to all words?

# %%
unseen, *stem_forms = [word for word in words if word.startswith("읽")]
texts = [text for text in sources if unseen not in text.split()]
texts = texts[: 500 if FAST else None]
made = vectors.fasttext(
    texts, letters="jamo", dimensions=50, epochs=1 if FAST else 5, min_count=1
)
print(f"{unseen} is left out of the text:", unseen not in made.words)
for name, others in (("forms of its stem", stem_forms), ("all words", words)):
    near = [made.similarity(unseen, word) for word in others if word in made.words]
    print(f"mean cosine similarity to {name}: {sum(near) / len(near):.2f}")
print("neighbours:", [n.word for n in made.most_similar(unseen, 6)])

# %% [markdown]
# Look at the endings of the neighbours: letters of the ending count as much as letters of the
# stem, and an ending recurs with every verb of the text.

# %% [markdown]
# ## Four ways to cut real sentences
#
# Korean sentences from Tatoeba with their English translations: few, short and everyday. For
# each tokenizer: the size of its vocabulary, the share of tokens in *validation* sentences that
# training has never seen, and how long sentences become. Unknown tokens are lost meaning; long
# sentences are slow, and hard to remember.

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

# %% [markdown]
# ## What does it mean for translation?
#
# Korean to English, the same model four times; only the cutting of the source differs.
# A thousand sentences of the phrasebook are few, so that many forms are seen once or
# never. *Exact match* is the share of held-out sentences translated word for word; chrF
# compares letters, so that it gives credit for what is nearly right. Both with 95 %
# intervals.

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

# %% [markdown]
# What training must see often to learn it is a token, and short tokens are seen often:
# that is what syllables, jamo and subwords have over words here. One seed: where
# intervals overlap, nothing is ranked. Some translations to look at:

# %%
for source, target in list(held_out)[:4]:
    print(f"{source}\n  reference: {target}")
    for name, translator in translators.items():
        print(f"  {name:<10} {translator.translate(source)}")

# %% [markdown]
# ## Fonts, and where the decoder looks
#
# The package's pictures look for a font with Hangul among those installed; without one,
# boxes would stand where letters should. On Debian, Ubuntu and Colab `fonts-nanum`
# brings one. On the phrasebook, whose order of words is regular, attention shows how
# the verb at the end of a Korean sentence becomes the word after the subject of an
# English one.

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
text = next(text for text in phrasebook.test.source if len(text.split()) >= 4)
display(s2s.plot_attention(translator.decode(text), title="Attention weights"))

# %% [markdown]
# ## Three things to try
#
# 1. Turn it round, English to Korean, with words and with jamo as the *target*. *Hint:* compare
#    by chrF, since scores that count tokens depend on the tokenizer.
# 2. Cut into morphemes. *Hint:* `pip install "seq2seq_keras[korean]"`, then
#    `vectors.KoreanMorphemes()` is a tokenizer for word vectors.
# 3. Let subwords be cut anew in each epoch. *Hint:* `make_dataset(..., subword_sampling=0.1)`.
