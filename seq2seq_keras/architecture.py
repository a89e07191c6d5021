"""What a model is made of: the one place where each of its options is written."""

import dataclasses
from collections.abc import Callable
from typing import Any, Literal

from seq2seq_keras.options import documented, option

_BAHDANAU = "[Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473)"
_CHO = "[Cho et al., 2014](https://arxiv.org/abs/1406.1078)"
_CHOROWSKI = "[Chorowski et al., 2015](https://arxiv.org/abs/1506.07503)"
_GAL = "[Gal & Ghahramani, 2016](https://arxiv.org/abs/1512.05287)"
_KANN = "[Kann & Schütze, 2016](https://aclanthology.org/W16-2010)"
_LUONG = "[Luong et al., 2015](https://arxiv.org/abs/1508.04025)"
_PRESS = "[Press & Wolf, 2017](https://arxiv.org/abs/1608.05859)"
_SEE = "[See et al., 2017](https://arxiv.org/abs/1704.04368)"
_HARD = "[Wu et al., 2018](https://arxiv.org/abs/1808.10024)"
_MONOTONIC = "[Wu & Cotterell, 2019](https://arxiv.org/abs/1905.06319)"
_SUTSKEVER = "[Sutskever et al., 2014](https://arxiv.org/abs/1409.3215)"


@documented
@dataclasses.dataclass(kw_only=True)
class Architecture:
    """What a model is made of, but for its vocabularies.

    Args:
        {options}

    Reference:
        {papers}
    """

    cell: str | Callable[[int], Any] = option(
        "lstm",
        """The recurrent cell: "lstm", "gru", "rnn" (the plain one, for teaching) or
        another name of `CELLS`; or a cell class as of `keras.layers.RNN`, a cell, whose
        settings but for its units are taken, a function from units to a cell, or the
        text "module:Class" for one of these.""",
        metavar="NAME",
        names_object=True,
        paper=(_SUTSKEVER, _CHO),
    )
    units: int = option(
        256, "Size of the states of each layer.", minimum=1, maximum=65536
    )
    embedding_dim: int | None = option(
        None,
        """Size of the word vectors. By default that of the given vectors, else
        128.""",
        minimum=1,
        maximum=65536,
    )
    num_layers: int = option(
        1,
        "Recurrent layers in the encoder, and in the decoder.",
        minimum=1,
        maximum=100,
    )
    bidirectional: bool = option(
        False,
        """Let the encoder read in both directions, each with half of the units, so
        that together they fit the decoder.""",
    )
    residual: bool = option(
        False, "Add the input of each recurrent layer but the first to its output."
    )
    dropout: float = option(
        0.2,
        """Share of the inputs of every layer, and of the last outputs, that training
        sets to zero.""",
        minimum=0,
        below=1,
    )
    recurrent_dropout: float = option(
        0.0,
        """The same for the recurrent connections; a GPU then cannot use cuDNN. What is
        dropped is the same at all steps of a sentence.""",
        minimum=0,
        below=1,
        paper=_GAL,
    )
    variational_dropout: bool = option(
        False,
        """Let `dropout` too drop the same features at all steps of a sentence, instead
        of new ones at each.""",
        paper=_GAL,
    )
    word_dropout: float = option(
        0.0,
        """Share of the words on both sides whose whole vector training sets to zero,
        so that the others must tell what was meant.""",
        minimum=0,
        below=1,
        paper="[Sennrich et al., 2016](https://arxiv.org/abs/1606.02891)",
    )
    layer_normalization: bool = option(
        False,
        """Normalize what each recurrent layer puts out before it goes on. The states
        are not normalized, so that cells work as ever.""",
        paper="[Ba et al., 2016](https://arxiv.org/abs/1607.06450)",
    )
    bridge: Literal["direct", "dense", "zero"] = option(
        "direct",
        """How the encoder's last state becomes the decoder's first: as it is, through
        a layer with tanh for each state, or not at all (use that with attention or
        `feed_context`, or the source is not heard).""",
    )
    feed_context: bool = option(
        False,
        """Make the context vector, the last state of the encoder, an input of every
        step of the decoder too.""",
        paper=_CHO,
    )
    reverse_source: bool = option(
        False, "Let the encoder read each source backwards.", paper=_SUTSKEVER
    )
    encode_end: bool = option(
        True,
        """Let the encoder read the `<eos>` that ends each source, too. Without it the
        source ends with its last token, as in models that never saw an end.""",
    )
    features_encoder: Literal["sum", "linear", "recurrent"] | None = option(
        None,
        """Read features before a source, such as V;PST, apart from it: "sum" adds their
        vectors up, "linear" each after a layer with tanh, and "recurrent" reads them
        one after another. The outcome is an input of every step of the decoder. By
        default they are tokens of the source, before the others.""",
        paper=(_HARD, _KANN),
    )
    attend_features: bool = option(
        False,
        """Let attention look at features too, each by itself as the linear or recurrent
        `features_encoder` has it, instead.""",
    )
    decoder: Literal["plain", "conditional"] = option(
        "plain",
        """What a step of the decoder with attention is: "conditional" makes two
        transitions of the state. The first reads the last token, its outcome asks
        attention, and the second reads the answer.""",
        paper="[Sennrich et al., 2017](https://arxiv.org/abs/1703.04357)",
    )
    deep_output: bool = option(
        False,
        """Make the logits of the last token too, beside state and context, all through
        a layer with tanh. With bahdanau and in the conditional decoder it is so in any
        case.""",
        paper=_BAHDANAU,
    )
    attention: Any = option(
        None,
        """Let the decoder look back at every source token: its present output asks
        ("luong"), or its previous state ("bahdanau"), and the answer enters the cell
        together with the embedded token. With "hard" each target token is written from
        a single source token, and training sums over all alignments, exactly. Another
        name of `ATTENTIONS`, an `Attention` layer, its class, or the text
        "module:Class" for that. Without one, the context vector is all the decoder
        learns of the source.""",
        metavar="NAME",
        names_object=True,
        paper=(_BAHDANAU, _LUONG, _HARD),
    )
    attention_score: Literal["dot", "general", "concat"] = option(
        "general", "How luong compares.", paper=_LUONG
    )
    monotonic: bool = option(
        False,
        """Let hard attention never go back: no token is written from a source token
        before that of the last one. For sounds, spellings and forms of words.""",
        paper=_MONOTONIC,
    )
    order: int = option(
        0,
        """What else hard attention knows of where the last token was written from:
        nothing (0), or how far it is to each source token from there (1).""",
        minimum=0,
        maximum=1,
        paper=_MONOTONIC,
    )
    context: int = option(
        4,
        """How far hard attention of order 1 tells jumps apart; those that are longer
        count as this long.""",
        minimum=1,
        maximum=1000,
        paper=_MONOTONIC,
    )
    input_feeding: bool = option(
        False,
        """Let each step of luong also get what the last one made of its context.
        Decoding and training then go step by step, as with bahdanau and `coverage`;
        otherwise training runs all steps at once.""",
        paper=_LUONG,
    )
    coverage: bool = option(
        False,
        """Let attention see how much each source token and its neighbours were
        attended to before, so that it repeats and skips less.""",
        paper=("[Tu et al., 2016](https://arxiv.org/abs/1601.04811)", _CHOROWSKI),
    )
    coverage_loss: float = option(
        0.0,
        """Weight of a loss on attending to the same tokens again; See et al. take
        1.""",
        minimum=0,
        maximum=1000,
        paper=_SEE,
    )
    copy: bool = option(
        False,
        """Let the model copy words of the source that the target vocabulary lacks (a
        pointer-generator). Datasets are then made with `make_dataset(...,
        copy=True)`.""",
        paper=_SEE,
    )
    tie_embeddings: bool = option(
        False,
        "Use the target embeddings as the weights of the output layer too.",
        paper=_PRESS,
    )
    share_embeddings: bool = option(
        False,
        """Use one embedding matrix for source and target, which then need one
        vocabulary.""",
        paper=_PRESS,
    )
    freeze_source_embeddings: bool = option(
        False, "Leave the source embeddings as they are in training."
    )
    freeze_target_embeddings: bool = option(False, "The same for the target.")
    precision: Literal["auto", "float32", "mixed_bfloat16", "mixed_float16"] | None = (
        option(
            None,
            """Number format of the model; the logits are float32 in any case. "auto" is
        "mixed_bfloat16" where the processor multiplies it, else "float32".
        By default the dtype policy that Keras is set to.""",
        )
    )
