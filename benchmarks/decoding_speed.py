"""The compiled batched greedy search against one `predict()` per token.

    python benchmarks/decoding_speed.py

The second is the loop that tutorials teach: `encoder.predict` for a sentence, then
`decoder.predict` for each of its tokens. Both run the same weights on sentences of the
phrasebook and must write the same tokens. The weights are untrained, so that every
sentence gets the same number of tokens and the work is the same.
"""

import os

import keras
import numpy as np

import seq2seq_keras as s2s
from benchmarks.runner import parser_of, take_turns
from seq2seq_keras.evaluation import versions
from seq2seq_keras.special_tokens import PAD_ID, START_ID

UNITS, TOKENS, BATCH, LOOPED = 256, 20, 64, 4


def decode_with_predict(
    encoder: keras.Model, decoder: keras.Model, token_ids: np.ndarray
) -> list[int]:
    """Decodes one sentence as the tutorials do; returns the tokens written."""
    states = encoder.predict(token_ids, verbose=0)
    token = START_ID
    written: list[int] = []
    while len(written) < TOKENS:
        inputs = {"token_ids": np.array([[token]]), **states}
        outputs = decoder.predict(inputs, verbose=0)
        logits = outputs.pop("logits")[0, 0]
        logits[[PAD_ID, START_ID]] = -np.inf
        token = int(np.argmax(logits))
        states |= outputs
        written.append(token)
    return written


def main() -> None:
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
    source = translator.graph.read(translator.graph.split(texts))
    token_ids = source["source_token_ids"].numpy()
    ways = {
        "looped": lambda: [
            decode_with_predict(encoder, decoder, row[row != PAD_ID][None])
            for row in token_ids[:LOOPED]
        ],
        "compiled": lambda: translator.translate(texts, batch_size=BATCH),
    }
    looped, compiled = take_turns(ways).values()
    written = tokenizers[1].detokenize(looped.result)
    assert written == compiled.result[:LOOPED], "they write otherwise"
    loop_seconds, compiled_seconds = looped.median / LOOPED, compiled.median / BATCH
    print(f"LSTM {UNITS}, {TOKENS} tokens a sentence, {os.cpu_count()} cores, seed 0")
    print("tensorflow {tensorflow}, python {python}".format(**versions()))
    print(f"one predict() per token:  {loop_seconds * 1e3:10.2f} ms a sentence")
    print(
        f"compiled, batches of {BATCH}:  {compiled_seconds * 1e3:10.2f} ms a sentence"
    )
    print(f"ratio:                    {loop_seconds / compiled_seconds:10.0f}")


if __name__ == "__main__":
    parser_of(__doc__).parse_args()
    main()
