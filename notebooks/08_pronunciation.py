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
# # 8 · Pronunciation: the same code, another task
#
# **What it shows.** An encoder-decoder does not know that it translates. Give it the
# letters of a word as the source and its sounds as the target, and it learns to read
# aloud: *grapheme-to-phoneme conversion*. One recipe, two languages: Korean, whose
# spelling is regular but whose sounds change each other, and Icelandic, with a tenth of
# the examples.
#
# **What to know first.** Notebooks 1 and 6. No phonetics: the International Phonetic
# Alphabet is used, but only as symbols.
#
# **Papers.** Ashby et al. 2021, [Results of the Second SIGMORPHON Shared Task on
# Multilingual Grapheme-to-Phoneme
# Conversion](https://aclanthology.org/2021.sigmorphon-1.13/); Yao & Zweig 2015,
# [Sequence-to-Sequence Neural Net Models for Grapheme-to-Phoneme
# Conversion](https://arxiv.org/abs/1506.00196).

# %%
# In Colab: uncomment the next line, run it, and restart the session.
# # %pip install --quiet "seq2seq_keras[jupyter]"
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
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))
# Fonts that have the letters of this language, for the pictures.
plt.rcParams["font.family"] = s2s.fonts_for(labels=["English"])

# %% [markdown]
# ## The data
#
# Words from Wiktionary with their pronunciation, as the shared task split them. The
# sounds stand between spaces, since one sound may take several characters.

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

# %% [markdown]
# ## Letters in, sounds out
#
# The source is cut into letters by `JamoTokenizer`: it leaves most scripts as they are,
# but takes Korean syllables apart, 값 into ㄱ ㅏ ㅄ, as sounds belong to letters and not to
# syllables. The target is cut at spaces, as `WordTokenizer` does.

# %%
tokenizers = {
    name: (
        s2s.JamoTokenizer.fit(corpus.train.source),
        s2s.WordTokenizer.fit(corpus.train.target),
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

# %% [markdown]
# ## One recipe
#
# A bidirectional LSTM with attention, dropout, label smoothing and a learning rate that
# falls along a cosine: a simpler relative of the package's `configs/g2p.yaml`. The small
# corpus gets more epochs, so that both see more than a thousand batches.


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

# %% [markdown]
# ## How good is it?
#
# A word is right if every sound is: the shared task counts the *word error rate*, one
# minus the exact match. The *symbol error rate* counts the sounds to insert, delete and
# replace. `low` and `high` are the ends of 95 % bootstrap intervals over words, and
# show what a test set of a hundred words can tell and what it cannot.

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

# %% [markdown]
# ## Looking at the errors
#
# First with our own eyes: what it wrote for the first words it got wrong.

# %%
wrong = {}
for name, evaluation in evaluations.items():
    test = corpora[name].test
    triples = zip(test.source, evaluation.translations, test.target, strict=False)
    wrong[name] = [each for each in triples if each[1] != each[2]]
    table = pd.DataFrame(wrong[name][:6], columns=["word", "written", "expected"])
    display(table.style.set_caption(name).hide(axis="index"))

# %% [markdown]
# Then by counting. An alignment of written and expected sounds (jiwer's) tells which
# sounds were replaced by which, and which were left out or added. In Korean most
# confusions are between sounds that are made alike: vowels that differ in length alone,
# which Hangul does not write, and consonants that differ in breath or tension. In
# Icelandic many sounds are left out or added besides.

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

# %% [markdown]
# Are long words harder? Each sound is one more chance for an error; but rules that need
# a long context, or rare clusters of letters, count as well. A Korean length is in
# syllables, an Icelandic one in letters, so compare the shapes of the two curves and
# not their places.

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

# %% [markdown]
# ## What the decoder looks at
#
# Letters and sounds go hand in hand, so the dark cells should lie near the diagonal.
# Where they leave it, a letter is silent, one letter decides how another one sounds, or
# the model has lost its place.

# %%
name = "kor"
lengths = [len(word) for word in corpora[name].test.source[:50]]
word, spoken = corpora[name].test[int(np.argmax(lengths))]
print(word, "is read", spoken)
display(
    s2s.plot_attention(translators[name].decode(word), title="From letters to sounds")
)

# %% [markdown]
# ## Several hypotheses
#
# How sure is the model? The n-best list of a beam search gives alternatives with their
# scores; sometimes the right reading is the second, and a beam of five also gets more
# first places than greedy search. The picture counts at which place of the list the
# right answer stands.

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
print("first:", round(shares[0], 3), "| anywhere:", round(1 - shares[-1], 3))

# %% [markdown]
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
