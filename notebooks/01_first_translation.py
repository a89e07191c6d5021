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

# %%
# In Colab: uncomment the next line, run it, and restart the session.
# # %pip install --quiet "seq2seq_keras[jupyter]"
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
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))
pd.set_option("display.max_colwidth", 60)
# Fonts that have the letters of this language, for the pictures.
plt.rcParams["font.family"] = s2s.fonts_for(labels=["English"])

# %% [markdown]
# ## Sentence pairs
#
# The package brings a phrasebook, which a small grammar writes: each English sentence has
# one French translation. The test part is made of combinations of subject and predicate
# that the training part does not have. Our example *is* in the training part, so that it
# can show how the machine runs but not how good it is; the last section is for that.

# %%
train, validation, test = s2s.load_corpus("phrasebook/english-french")
print("train, validation, test:", len(train), len(validation), len(test))
example = "i am a student"
print(f"{example!r} is among the sources of train:", example in train.source)
train = train[:200] if FAST else train
validation = validation[:64] if FAST else validation
for source, target in list(train)[:4]:
    print(f"  {source:<30} {target}")

# %% [markdown]
# ## Words become numbers
#
# A network computes with numbers, so each word of the training part gets one: its *token
# id*. Four ids are taken: padding (0), unknown words (1), and the start `<sos>` (2) and
# the end `<eos>` (3) of a sentence. The mark `￭` says that a token touched its neighbour,
# so that text can be put together again just as it was.

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

# %% [markdown]
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
# The encoder's outputs are thrown away; only its last state is kept, the *context
# vector*. It is the decoder's first state. In an LSTM that state is a pair of vectors.
# In training the decoder is fed the right translation, moved one step to the right: at
# each step it sees the words so far and has to name the next one. That is *teacher
# forcing*, the subject of notebook 3.
#
# In the table and the picture the encoder is `source_embedding` and `encoder_0`, the
# decoder `target_embedding`, `decoder_0` and `logits`. `not_equal` tells real tokens from
# padding.

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

# %% [markdown]
# ## Training
#
# The loss is the cross-entropy of the right next word, a mean over real tokens: padding
# does not count. *Perplexity* is its exponential, which reads as "undecided between so
# many words". Before training, that should be about the size of the vocabulary.

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

# %% [markdown]
# The validation curve may lie below that of training: dropout, which disturbs the network
# so that it does not learn by heart, works in training only, and training is measured
# during the epoch, validation after it.

# %% [markdown]
# ## The inference models
#
# The trained model takes a source *and* its translation. To translate, we need its halves:
# an encoder from a source to states, and a decoder that takes one token and the states and
# gives the logits of the next token and new states. `build_inference_models` makes them
# from the same layers; there are no new weights.

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

# %% [markdown]
# ## The context vector
#
# Whatever the length of the sentence, this is all the decoder gets to know of it: two
# vectors of an LSTM, its hidden state and its cell. Each row of the picture is the hidden
# state after a sentence, of which the first 48 units are drawn. Look for columns that
# change with the subject, and for those that change with `not`.

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

# %% [markdown]
# ## By hand
#
# Now we turn the crank. The first token is `<sos>`; each token that the decoder finds most
# probable is fed back in the next step; `<eos>` ends it. A row is one step: what was fed,
# and the three most probable next tokens.

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

# %% [markdown]
# ## With `Translator`
#
# That loop, batched and compiled into one graph, with the tokenizers around it, is the
# `Translator`: text in, text out. It must write just what we wrote by hand.

# %%
translator = s2s.Translator(model, source_tokenizer, target_tokenizer, max_length=12)
result = translator.decode(example)
print(result.text)
print("as by hand:", list(result.tokens) == written)
for token, probability in zip(result.tokens, result.token_probabilities, strict=True):
    print(f"  {token:<10} {probability:.4f}")

# %% [markdown]
# ## Two ways, one result
#
# In training a target runs through the decoder in one go; in use, one token at a time.
# That the two compute the same cannot be taken for granted: a forgotten state, a mask, a
# target shifted twice, and a model that trains well translates badly. So check it: the
# same validation sentences both ways, and the largest difference between their logits.

# %%
report = s2s.check_parity(model, next(iter(validation_batches)))
print(report)

# %% [markdown]
# ## Sentences it has never seen
#
# First some of the test part, with their references.

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

# %% [markdown]
# And the whole test part in numbers: BLEU counts the n-grams that a translation shares
# with its reference (100 is best), `exact match` is the share, from 0 to 1, of
# sentences that are right as a whole. In brackets is a 95 % confidence interval, since
# another test set would give another number.

# %%
scores = s2s.score_translations(translations, test.target).as_dict()
for name in ("bleu", "exact_match"):
    low, high = scores[f"{name}_low"], scores[f"{name}_high"]
    print(f"{name:<12} {scores[name]:7.3f}  [{low:.3f}, {high:.3f}]")
print(scores["bleu_signature"])

# %% [markdown]
# The phrasebook is a small world: few words, short sentences, one right answer. A real
# corpus has more words and more than one right answer, as notebook 3 shows. Long
# sentences are a trouble of their own: one vector is a narrow door, which is what
# notebooks 5 and 6 are about.

# %% [markdown]
# ## Three things to try
#
# 1. Take `cell="gru"`. What does `encoder` hand over now?
#    *Hint:* print the inputs and outputs of the two halves again; a GRU has no cell.
# 2. Swap the languages. *Hint:* `load_corpus("phrasebook/french-english")`; the corpus also
#    speaks Korean, and with `korean` you may want `JamoTokenizer` in place of words.
# 3. Disturb the vector: set a part of `states["layer_0_hidden"]` and
#    `states["layer_0_cell"]` to zero before the first step. How much can be missing before
#    `je suis étudiant` breaks? *Hint:* multiply by `np.arange(192) >= n`, as float32.
