"""`build_model`, the door to every model of the package."""

import keras
import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.models.seq2seq import Seq2Seq


def build_model(
    source_vocabulary_size,
    target_vocabulary_size,
    *,
    cell="lstm",
    units=256,
    embedding_dim=None,
    num_layers=1,
    bidirectional=False,
    residual=False,
    dropout=0.2,
    recurrent_dropout=0.0,
    variational_dropout=False,
    word_dropout=0.0,
    layer_normalization=False,
    bridge="direct",
    feed_context=False,
    reverse_source=False,
    attention=None,
    attention_score="general",
    input_feeding=False,
    coverage=False,
    coverage_loss=0.0,
    copy=False,
    tie_embeddings=False,
    share_embeddings=False,
    source_embeddings=None,
    target_embeddings=None,
    freeze_source_embeddings=False,
    freeze_target_embeddings=False,
    precision=None,
    name="seq2seq",
):
    """Builds an encoder-decoder.

    The encoder reads the embedded source one token after another; its last state,
    the context vector, is all the decoder learns of the source, unless it has
    attention and may look back at every source token. The decoder is a recurrent
    language model that starts from there.

    Args:
        source_vocabulary_size: Integer, special tokens included.
        target_vocabulary_size: Integer, special tokens included.
        cell: "lstm", "gru" or "rnn" (the plain recurrent cell, for teaching).
        units: Integer. Size of the states of each layer.
        embedding_dim: Optional integer. Size of the word vectors. Defaults to that
            of the given embeddings, else to 128.
        num_layers: Integer. Recurrent layers in the encoder, and in the decoder.
        bidirectional: Whether the encoder reads in both directions, each with half
            of the units, so that together they fit the decoder.
        residual: Whether each recurrent layer but the first adds its input to its
            output.
        dropout: Float in [0, 1). Share of the inputs of every layer, and of the
            last outputs, that training sets to zero.
        recurrent_dropout: Float in [0, 1). The same for the recurrent connections;
            a GPU then cannot use cuDNN. What is dropped is the same at all steps of
            a sentence.
        variational_dropout: Whether `dropout` too drops the same features at all
            steps of a sentence, instead of new ones at each.
        word_dropout: Float in [0, 1). Share of the words on both sides whose whole
            vector training sets to zero, so that the others must tell what was meant.
        layer_normalization: Whether what each recurrent layer puts out is normalised
            before it goes to the next layer, to attention or to the output layer. The
            states are not, so that cells work as ever.
        bridge: How the encoder's last state becomes the decoder's first: "direct"
            (as it is), "dense" (through a layer with tanh for each state) or "zero"
            (not at all; use it with `feed_context`, or the source is not heard).
        feed_context: Whether the context vector is also an input at every step of
            the decoder.
        reverse_source: Whether the encoder reads each sentence backwards.
        attention: `None`; "luong", where the decoder's present output asks for what it
            needs of the source; or "bahdanau", where its previous state asks, and the
            answer enters the cell together with the embedded token.
        attention_score: How "luong" compares: "dot", "general" or "concat".
        input_feeding: Whether with "luong" each step also gets what the last one
            made of its context. Decoding and training then go step by step, as with
            "bahdanau" and `coverage`; otherwise training runs all steps at once.
        coverage: Whether attention sees how much each source token and its neighbours
            were attended to before, so that it repeats and skips less.
        coverage_loss: Float. Weight of a loss on attending to the same tokens again;
            See et al. take 1.
        copy: Whether words of the source that the target vocabulary lacks can be
            copied (a pointer-generator). Datasets are then made with
            `make_dataset(..., copy=True)`.
        tie_embeddings: Whether the target embeddings are also the weights of the
            output layer.
        share_embeddings: Whether source and target use one embedding matrix; they
            then need one vocabulary.
        source_embeddings: Optional matrix to start from, shape
            `(source_vocabulary_size, embedding_dim)`.
        target_embeddings: The same for the target.
        freeze_source_embeddings: Whether training leaves the source embeddings as
            they are.
        freeze_target_embeddings: The same for the target.
        precision: "float32", "mixed_bfloat16" or "mixed_float16"; the logits are
            float32 in any case. Defaults to the dtype policy that Keras is set to.
        name: Name of the model.

    Returns:
        A `Seq2Seq`, which is a `keras.Model` from `{"source_token_ids",
        "target_token_ids"}` to logits.

    Raises:
        InputError: If an option is out of its range or a matrix has another shape.

    Example:

    >>> model = build_model(20, 30, cell="gru", units=16, embedding_dim=8)
    >>> source, target = np.array([[5, 6, 3]]), np.array([[2, 7]])
    >>> model({"source_token_ids": source, "target_token_ids": target}).shape
    TensorShape([1, 2, 30])

    Reference:
        - [Sutskever et al., 2014](https://arxiv.org/abs/1409.3215)
        - [Cho et al., 2014](https://arxiv.org/abs/1406.1078): `cell="gru"`,
          `feed_context=True`.
        - [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473):
          `attention="bahdanau"`.
        - [Luong et al., 2015](https://arxiv.org/abs/1508.04025): `attention="luong"`,
          `input_feeding`.
        - [Tu et al., 2016](https://arxiv.org/abs/1601.04811), and
          [Chorowski et al., 2015](https://arxiv.org/abs/1506.07503): `coverage`.
        - [See et al., 2017](https://arxiv.org/abs/1704.04368): `coverage_loss`,
          `copy`.
        - [Gal & Ghahramani, 2016](https://arxiv.org/abs/1512.05287):
          `variational_dropout` with `recurrent_dropout`.
        - [Sennrich et al., 2016](https://arxiv.org/abs/1606.02891): `word_dropout`.
        - [Ba et al., 2016](https://arxiv.org/abs/1607.06450): layer normalisation.
        - [Press & Wolf, 2017](https://arxiv.org/abs/1608.05859): tied embeddings.
    """
    matrices = {
        "source_embedding": _as_matrix("source", source_embeddings),
        "target_embedding": _as_matrix("target", target_embeddings),
    }
    if share_embeddings and target_embeddings is not None:
        raise InputError(
            "With `share_embeddings=True` there is one matrix: give it as "
            "`source_embeddings` and leave `target_embeddings` out."
        )
    if embedding_dim is None:
        given = [m.shape[1] for m in matrices.values() if m is not None]
        embedding_dim = given[0] if given else 128
    model = Seq2Seq(
        source_vocabulary_size=source_vocabulary_size,
        target_vocabulary_size=target_vocabulary_size,
        cell=cell,
        units=units,
        embedding_dim=embedding_dim,
        num_layers=num_layers,
        bidirectional=bidirectional,
        residual=residual,
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        variational_dropout=variational_dropout,
        word_dropout=word_dropout,
        layer_normalization=layer_normalization,
        bridge=bridge,
        feed_context=feed_context,
        reverse_source=reverse_source,
        attention=attention,
        attention_score=attention_score,
        input_feeding=input_feeding,
        coverage=coverage,
        coverage_loss=coverage_loss,
        copy=copy,
        tie_embeddings=tie_embeddings,
        share_embeddings=share_embeddings,
        freeze_source_embeddings=freeze_source_embeddings,
        freeze_target_embeddings=freeze_target_embeddings,
        precision=precision or keras.config.dtype_policy().name,
        name=name,
    )
    for layer_name, matrix in matrices.items():
        if matrix is not None:
            embeddings = model.get_layer(layer_name).embeddings
            _check_shape(layer_name, matrix.shape, tuple(embeddings.shape))
            embeddings.assign(matrix)
    return model


def _as_matrix(side, embeddings):
    if embeddings is None:
        return None
    matrix = np.asarray(embeddings, dtype="float32")
    if matrix.ndim != 2:
        raise InputError(
            f"`{side}_embeddings` must be a matrix with one row for each token of the "
            f"vocabulary. Received: an array of shape {matrix.shape}"
        )
    return matrix


def _check_shape(layer_name, received, expected):
    if received != expected:
        raise InputError(
            f"`{layer_name}s` needs a row for each token of the vocabulary, the four "
            f"special ones first, and `embedding_dim` columns: {expected}. "
            f"Received: {received}"
        )
