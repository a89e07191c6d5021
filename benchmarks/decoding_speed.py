"""The compiled batched greedy search against one `predict()` per token.

    python benchmarks/decoding_speed.py

The second is the loop that tutorials teach: `encoder.predict` for a sentence, then
`decoder.predict` for each of its tokens. Both run the same weights on sentences of the
phrasebook and must write the same tokens. The weights are untrained, so that every
sentence gets the same number of tokens and the work is the same.
"""

import os
import platform
import time

import keras
import numpy as np
import tensorflow as tf

import seq2seq_keras as s2s
from seq2seq_keras.special_tokens import PAD_ID, START_ID

UNITS, TOKENS, BATCH, LOOPED, REPEATS = 256, 20, 64, 4, 20


def decode_with_predict(encoder, decoder, token_ids):
    """Decodes one sentence as the tutorials do; returns the tokens written."""
    states = encoder.predict(token_ids, verbose=0)
    token, written = START_ID, []
    while len(written) < TOKENS:
        inputs = {"token_ids": np.array([[token]]), **states}
        outputs = decoder.predict(inputs, verbose=0)
        logits = outputs.pop("logits")[0, 0]
        logits[[PAD_ID, START_ID]] = -np.inf
        token = int(np.argmax(logits))
        states |= outputs
        written.append(token)
    return written


def main():
    """Measures both and prints them."""
    keras.utils.set_random_seed(0)
    corpus = s2s.load_corpus("phrasebook/english-french")
    tokenizers = [
        s2s.WordTokenizer.fit(side)
        for side in (corpus.train.source, corpus.train.target)
    ]
    model = s2s.build_model(
        *(tokenizer.vocabulary_size for tokenizer in tokenizers), units=UNITS
    )
    translator = s2s.Translator(model, *tokenizers, max_length=TOKENS)
    encoder, decoder = s2s.build_inference_models(model)
    texts = corpus.test.source[:BATCH]

    token_ids = translator.graph.read(tf.constant(texts))["source_token_ids"].numpy()
    decode_with_predict(encoder, decoder, token_ids[:1])  # traces
    start = time.perf_counter()
    looped = [
        decode_with_predict(encoder, decoder, row[row != PAD_ID][None])
        for row in token_ids[:LOOPED]
    ]
    loop_seconds = (time.perf_counter() - start) / LOOPED

    compiled = translator.translate(texts, batch_size=BATCH)  # traces
    start = time.perf_counter()
    for _ in range(REPEATS):
        translator.translate(texts, batch_size=BATCH)
    compiled_seconds = (time.perf_counter() - start) / REPEATS / BATCH

    assert tokenizers[1].detokenize(looped) == compiled[:LOOPED], "they write otherwise"
    print(f"LSTM {UNITS}, {TOKENS} tokens a sentence, {os.cpu_count()} cores, seed 0")
    print(f"tensorflow {tf.__version__}, python {platform.python_version()}")
    print(f"one predict() per token:  {loop_seconds * 1e3:10.2f} ms a sentence")
    print(
        f"compiled, batches of {BATCH}:  {compiled_seconds * 1e3:10.2f} ms a sentence"
    )
    print(f"ratio:                    {loop_seconds / compiled_seconds:10.0f}")


if __name__ == "__main__":
    main()
