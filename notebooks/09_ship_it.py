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
# # 9 · Ship it
#
# **What it shows.** From a trained model to something others can use: saved, loaded in a
# fresh process, evaluated with confidence intervals, compared with another system, and
# exported as a SavedModel that TensorFlow alone runs: strings in, strings out, the beam
# search inside.
#
# **What to know first.** Notebook 1 (building and training) and notebook 6 (attention).
#
# **Papers.** Koehn 2004, [Statistical Significance Tests for Machine Translation
# Evaluation](https://aclanthology.org/W04-3250/) (the intervals); Riezler & Maxwell 2005,
# [On Some Pitfalls in Automatic Evaluation and Significance Testing for
# MT](https://aclanthology.org/W05-0908/) (the paired test); Post 2018, [A Call for Clarity
# in Reporting BLEU Scores](https://arxiv.org/abs/1804.08771).

# %%
# In Colab: uncomment the next line, run it, and restart the session.
# # %pip install --quiet "seq2seq_keras[jupyter]"
import os
import pathlib
import subprocess
import sys
import tempfile

import seq2seq_keras as s2s  # first: it holds back TensorFlow's start-up notes
import keras
import pandas as pd
from IPython.display import display

keras.utils.set_random_seed(0)
FAST = bool(os.environ.get("SEQ2SEQ_KERAS_FAST"))
folder = pathlib.Path(tempfile.mkdtemp())

# %% [markdown]
# ## A translator
#
# English to French on the built-in phrasebook, with attention. We stop halfway through the
# training and keep the translations of the test part as they are then: a second system,
# to compare with.

# %%
train, _, test = s2s.load_corpus("phrasebook/english-french")
train, test = (train[:200], test[:40]) if FAST else (train, test)
tokenizers = s2s.WordTokenizer.fit(train.source), s2s.WordTokenizer.fit(train.target)
model = s2s.build_model(
    *(tokenizer.vocabulary_size for tokenizer in tokenizers),
    units=16 if FAST else 128,
    embedding_dim=16 if FAST else 64,
    attention="luong",
)
s2s.compile_model(model, learning_rate=3e-3)
batches = s2s.make_dataset(train, *tokenizers)
translator = s2s.Translator(model, *tokenizers, max_length=12 if FAST else 40)
systems = {}
for name in ("halfway", "finished"):
    model.fit(batches, epochs=1 if FAST else 2, shuffle=False, verbose=0)
    systems[name] = translator.translate(test.source)
display(pd.DataFrame({"source": test.source, **systems}).head(5))

# %% [markdown]
# ## Save
#
# A saved translator is a folder: the weights and the architecture, both tokenizers, the
# defaults of the search, the scores given, and a README. Nothing in it is pickled, so that
# loading a folder from somebody else cannot run their code.

# %%
saved = translator.save(folder / "english-french")
for path in sorted(saved.iterdir()):
    print(f"{path.stat().st_size:>9,} bytes  {path.name}")

# %% [markdown]
# ## Load in a fresh process
#
# An old complaint about encoder-decoders in Keras: *the model that translated well is
# garbage after loading*. So we load it where nothing of this notebook exists, in
# another process, and compare every byte. It is the command line, which does what you
# would do in Python: `s2s.Translator.load(folder).translate(texts)`. A line holds the
# translation and, because we ask for them, its score and its alignment: pairs of
# positions, `source-target`, in the Pharaoh format that alignment tools read. Positions
# count from 0; `<eos>` is left out, so that the largest weight among the real words
# counts, however small.

# %%
command = [sys.executable, "-m", "seq2seq_keras", "translate", str(saved)]
fresh = subprocess.run(
    [*command, "--scores", "--alignments"],
    input="\n".join(test.source).encode("utf-8"),
    capture_output=True,
    check=True,
).stdout
lines = fresh.splitlines()
print(b"\n".join(lines[:4]).decode("utf-8"))
here = [text.encode("utf-8") for text in systems["finished"]]
print("equal to the byte:", [line.split(b"\t")[0] for line in lines] == here)

# %% [markdown]
# In a terminal that is `seq2seq-keras translate FOLDER --scores --alignments`. The rest of
# this notebook has commands of its own, too: `evaluate`, `compare` and `export`.

# %% [markdown]
# ## A score is a number and an interval
#
# BLEU, chrF and TER are sacreBLEU's, with the signature that says how they were counted;
# the error rates are jiwer's. A test set is a sample, so each score has a 95 % interval
# from bootstrap resampling of the sentences. `evaluate_translator` translates and scores
# in one call; here the translations are there already.

# %%
scores = s2s.score_translations(
    systems["finished"], test.target, translator.target_tokenizer
).as_dict()
names = ["bleu", "chrf", "ter", "wer", "symbol_error_rate", "exact_match"]
columns = {"score": "", "low": "_low", "high": "_high"}
display(
    pd.DataFrame(
        {
            column: [scores[name + end] for name in names]
            for column, end in columns.items()
        },
        index=names,
    ).round(4)
)
print(scores["bleu_signature"])

# %% [markdown]
# ## Is the difference real?
#
# Did the second half of the training help, and does a beam? Two intervals that overlap do
# not mean that two systems are equally good: both have translated *the same* sentences,
# and hard ones are hard for both. A paired test uses that. The p-value says how often two
# systems that are equally good would differ as much by luck; a large one does not show
# that they are equal, only that this test set cannot tell them apart. Each system is
# compared with the first.

# %%
search = {"beam_width": 4, "n_best": 3}
compared = {
    "finished": systems["finished"],
    "halfway": systems["halfway"],
    "finished, beam": translator.translate(test.source, **search),
}
table = s2s.compare_translations(compared, test.target)
columns = ["metric", "system", "score", "difference", "p_value"]
display(table[columns].round(4))

# %% [markdown]
# The second half of the training helped: no smaller p-value comes out of this test than
# that of its rows. Where the p-value of the beam is large, this test set cannot tell.

# %% [markdown]
# ## SavedModel: strings in, strings out
#
# The export holds the whole way: tokenizing, the encoder, beam search around the decoder,
# detokenizing. Width of the beam, penalties and the length of the n-best list are fixed
# now; the number and the length of the sentences are not.

# %%
serving = translator.export(folder / "serving", **search)
script = """
import sys
import tensorflow as tf

signatures = tf.saved_model.load(sys.argv[1]).signatures
print("loaded:", [name for name in ("tensorflow", "seq2seq_keras") if name in sys.modules])
for name in ("serving_default", "nbest"):
    print(name)
    print("  in ", signatures[name].structured_input_signature[1])
    for key, spec in sorted(signatures[name].structured_outputs.items()):
        print("  out", f"{key:<14} {spec.dtype.name:<8} {spec.shape}")

def words(row):
    return [token.decode("utf-8") for token in row.numpy() if token]

print(sys.argv[2])
result = signatures["nbest"](text=tf.constant([sys.argv[2]]))
for text, score in zip(words(result["translations"][0]), result["scores"][0]):
    print(f"{float(score):8.3f}  {text}")
source, written = words(result["source_tokens"][0]), words(result["tokens"][0])
for token, weights in zip(written, result["attention"][0].numpy()):
    print(f"  {token:<14} {weights.max():.2f} from {source[weights.argmax()]}")
"""
command = [sys.executable, "-c", script, str(serving), test.source[0]]
quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
done = subprocess.run(command, capture_output=True, check=True, env=quiet)
print(done.stdout.decode("utf-8"))

# %% [markdown]
# That process imported `tensorflow` and nothing of this package. `nbest` gave the list of
# hypotheses, and of the best one where the decoder looked: after each token stands the
# largest attention weight and the source token that got it. The same list in Python:

# %%
result = translator.decode(test.source[0], **search)
for hypothesis in result.hypotheses:
    print(f"{hypothesis.score:8.3f}  {hypothesis.text}")

# %% [markdown]
# ## Alignments
#
# With attention, each translation tells where the decoder looked. The whole matrix makes a
# picture, a row for each token that was written. Attention is not an alignment by a
# linguist: this encoder's output at a token has read all tokens before it as well, so the
# decoder may find a word one place further on, at `<eos>` for example.

# %%
display(s2s.plot_attention(result, title="Attention weights"))

# %% [markdown]
# ## Three things to try
#
# 1. Train a translator without attention, save it, and let `seq2seq-keras compare` test the
#    two. *Hint:* it takes two folders and `--corpus phrasebook/english-french`.
# 2. Export with a beam of one and with a beam of ten: how do size and time change?
#    *Hint:* `import tensorflow as tf`, `signatures =
#    tf.saved_model.load(str(serving)).signatures`, then `%timeit` before
#    `signatures["serving_default"](text=...)`.
# 3. Damage one byte of `model.keras` in the saved folder and load it.
#    *Hint:* `config.json` holds a SHA-256 of the model and of both tokenizers.
