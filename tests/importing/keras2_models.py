"""Writes encoder-decoders of Keras 2 with tf_keras, and what they predict.

`python keras2_models.py FOLDER` writes for each model `NAME.h5` and `NAME.npz`, in
a process of its own: tf_keras is Keras 2, and warns of its own file format.
"""

import pathlib
import sys

import numpy as np

# Ids are places. Characters as of the tutorial, with tab and line feed around a target.
CHARACTERS = list(" abcd")
TARGET_CHARACTERS = list("\t\n .xyzw")
# Ids of words begin with 1, as those of Keras's `Tokenizer`.
WORDS = {"go": 1, "run": 2, "stop": 3, "who": 4}
TARGET_WORDS = {"startseq": 1, "endseq": 2, "va": 3, "cours": 4, "qui": 5, "stop": 6}
LONGEST = 9
SOURCES = {
    "characters": ["abd", "c a", "d"],
    "words": ["go run", "who stop stop go", "stop"],
}


def onehot_lstm(k):
    """The tutorial "A ten-minute introduction to sequence-to-sequence learning"."""
    source = k.Input((None, len(CHARACTERS)))
    _, *states = k.layers.LSTM(6, return_state=True)(source)
    target = k.Input((None, len(TARGET_CHARACTERS)))
    lstm = k.layers.LSTM(6, return_sequences=True, return_state=True)
    outputs, _, _ = lstm(target, initial_state=states)
    outputs = k.layers.Dense(len(TARGET_CHARACTERS), activation="softmax")(outputs)
    return k.Model([source, target], outputs)


def words(k, encode, decode, *, dims=(5, 3), mask_zero=True, output=None):
    """A model with embeddings around an encoder and a decoder."""
    source, target = k.Input((None,)), k.Input((None,))
    embed = [
        k.layers.Embedding(size + 1, dim, mask_zero=mask_zero)
        for size, dim in zip((len(WORDS), len(TARGET_WORDS)), dims, strict=True)
    ]
    outputs = decode(embed[1](target), encode(embed[0](source)))
    if output is None:
        output = k.layers.Dense(len(TARGET_WORDS) + 1, activation="softmax")
    return k.Model([source, target], output(outputs))


def word_lstm(k):
    return words(
        k,
        lambda x: k.layers.LSTM(6, return_state=True)(x)[1:],
        lambda x, states: k.layers.LSTM(6, return_sequences=True)(
            x, initial_state=states
        ),
    )


def gru(k):
    """The GRU of TensorFlow 2; its last output is its state."""
    return words(
        k,
        lambda x: k.layers.GRU(6)(x),
        lambda x, state: k.layers.GRU(6, return_sequences=True)(x, initial_state=state),
        mask_zero=False,
    )


def old_gru(k):
    """The GRU of Keras before 2.3, in a model with what else was usual then."""
    options = {"reset_after": False, "recurrent_activation": "hard_sigmoid"}

    def encode(x):
        gru = k.layers.GRU(6, return_state=True, dropout=0.25, **options)
        return gru(k.layers.SpatialDropout1D(0.5)(x))[1]

    def decode(x, state):
        gru = k.layers.GRU(6, return_sequences=True, use_bias=False, **options)
        return k.layers.Dropout(0.125)(gru(x, initial_state=state))

    def output(x):
        dense = k.layers.Dense(len(TARGET_WORDS) + 1, use_bias=False)
        return k.layers.Activation("softmax")(k.layers.TimeDistributed(dense)(x))

    return words(k, encode, decode, output=output)


def two_layers(k):
    def encode(x):
        states = []
        for _ in range(2):
            lstm = k.layers.LSTM(4, return_sequences=True, return_state=True)
            x, *last = lstm(x)
            states.append(last)
        return states

    def decode(x, states):
        for first in states:
            x = k.layers.LSTM(4, return_sequences=True)(x, initial_state=first)
        return x

    return words(k, encode, decode)


def bidirectional(k):
    def encode(x):
        both = k.layers.Bidirectional(k.layers.LSTM(3, return_state=True))
        _, *states = both(x)
        return [k.layers.Concatenate()(states[place::2]) for place in range(2)]

    def decode(x, states):
        return k.layers.LSTM(6, return_sequences=True)(x, initial_state=states)

    return words(k, encode, decode)


def deep_bidirectional(k):
    """Both directions, two layers, of GRUs without an activation of tanh."""
    options = {"return_sequences": True, "activation": "softsign"}

    def encode(x):
        states = []
        for _ in range(2):
            gru = k.layers.GRU(2, return_state=True, **options)
            x, *last = k.layers.Bidirectional(gru)(x)
            states.append(k.layers.Concatenate()(last))
        return states

    def decode(x, states):
        for first in states:
            x = k.layers.GRU(4, **options)(x, initial_state=first)
        return x

    return words(k, encode, decode)


def backwards(k):
    options = {"recurrent_activation": "hard_sigmoid", "return_state": True}

    def encode(x):
        return k.layers.LSTM(6, go_backwards=True, **options)(x)[1:]

    def decode(x, states):
        lstm = k.layers.LSTM(6, return_sequences=True, **options)
        return lstm(x, initial_state=states)[0]

    return words(k, encode, decode)


def own_layer(k):
    """A model with an attention of its own, as many chatbots have one."""

    class MyAttention(k.layers.Layer):
        def call(self, inputs):
            return inputs[0] + inputs[1][:, -1:]

    def encode(x):
        return k.layers.LSTM(6, return_sequences=True, return_state=True)(x)

    def decode(x, encoded):
        lstm = k.layers.LSTM(6, return_sequences=True)
        outputs = lstm(x, initial_state=encoded[1:])
        return MyAttention(name="my_attention")([outputs, encoded[0]])

    return words(k, encode, decode)


def encoder_half(k):
    """The encoder of inference, which scripts saved beside the model."""
    source = k.Input((None, len(CHARACTERS)))
    return k.Model(source, k.layers.LSTM(6, return_state=True)(source)[1:])


def decoder_half(k):
    inputs = [k.Input((None, len(TARGET_CHARACTERS))), k.Input((6,)), k.Input((6,))]
    lstm = k.layers.LSTM(6, return_sequences=True, return_state=True)
    outputs, *states = lstm(inputs[0], initial_state=inputs[1:])
    dense = k.layers.Dense(len(TARGET_CHARACTERS), activation="softmax")
    return k.Model(inputs, [dense(outputs), *states])


MODELS = {
    "onehot_lstm": onehot_lstm,
    "word_lstm": word_lstm,
    "gru": gru,
    "old_gru": old_gru,
    "two_layers": two_layers,
    "bidirectional": bidirectional,
    "deep_bidirectional": deep_bidirectional,
    "backwards": backwards,
}
PADDED = {"onehot_lstm": "abd", "gru": "go run"}
# With these what is written differs from sentence to sentence, and comes to an end.
SEEDS = {
    **{"onehot_lstm": 1, "gru": 5, "old_gru": 4, "two_layers": 3},
    **{"bidirectional": 6, "deep_bidirectional": 3, "backwards": 1},
}
REFUSED = {
    "own_layer": own_layer,
    "encoder_half": encoder_half,
    "decoder_half": decoder_half,
}


def kind_of(name):
    return "characters" if name == "onehot_lstm" else "words"


def set_large_weights(model, seed):
    """Weights as large as training makes them; those one starts from hide a lot."""
    random = np.random.default_rng(seed)
    model.set_weights(
        [random.normal(scale=2, size=w.shape) for w in model.get_weights()]
    )


def inputs_of(kind, source, target):
    """What a model of Keras 2 takes of the ids of one sentence."""
    rows = [np.array([source]), np.array([target])]
    if kind == "words":
        return rows
    sizes = len(CHARACTERS), len(TARGET_CHARACTERS)
    return [np.eye(n, dtype="float32")[row] for n, row in zip(sizes, rows, strict=True)]


def source_ids(kind, text):
    if kind == "words":
        return [WORDS[word] for word in text.split()]
    return [CHARACTERS.index(letter) for letter in text]


def special_ids(kind):
    """The ids of start and end, and those that are never written."""
    return (1, 2, {0, 1}) if kind == "words" else (0, 1, {0})


def written(model, kind, text):
    """The ids that the model writes, each time the likeliest, and all distributions."""
    start, end, never = special_ids(kind)
    target, distributions = [start], []
    for step in range(LONGEST):
        # What comes later changes nothing, and one length is traced once.
        given = target + [0] * (LONGEST - len(target))
        inputs = inputs_of(kind, source_ids(kind, text), given)
        distribution = model(inputs).numpy()[0, step]
        distributions.append(distribution)
        allowed = [0 if i in never else p for i, p in enumerate(distribution)]
        target.append(int(np.argmax(allowed)))
        if target[-1] == end:
            break
    return target[1:], distributions


ACTIVATIONS = [
    *("tanh", "sigmoid", "relu", "linear", "elu", "selu", "softplus", "softsign"),
    *("exponential", "hard_sigmoid"),
]
GRID = np.linspace(-6, 6, 97, dtype="float32")


def main(folder):
    import tf_keras

    activations = {}
    for name in ACTIVATIONS:
        layer = tf_keras.layers.Activation(name)
        activations[name] = layer(GRID).numpy()
    np.savez(folder / "activations.npz", **activations)
    for name, make in {**MODELS, **REFUSED}.items():
        tf_keras.backend.clear_session()
        model = make(tf_keras)
        set_large_weights(model, SEEDS.get(name, 0))
        if name == "onehot_lstm":
            # So that the file has the state of an optimizer too.
            model.compile("rmsprop", "categorical_crossentropy")
        model.save(folder / f"{name}.h5")
        if name in REFUSED:
            continue
        kind, expected = kind_of(name), {}
        for number, text in enumerate(SOURCES[kind]):
            ids, distributions = written(model, kind, text)
            expected[f"ids_{number}"] = np.array(ids)
            expected[f"distributions_{number}"] = np.array(distributions)
        np.savez(folder / f"{name}.npz", **expected)
        if name in PADDED:
            # As scripts without a mask padded: with zeros, up to the longest.
            source = [*source_ids(kind, PADDED[name]), 0, 0]
            inputs = inputs_of(kind, source, [special_ids(kind)[0]])
            if kind == "characters":
                inputs[0][:, -2:] = 0
            np.save(folder / f"padded_{name}.npy", model(inputs).numpy()[0, 0])
        if name == "word_lstm":
            model.save_weights(folder / "weights.h5")
            model.save(folder / "archive.keras")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
