"""Hard attention: each token is written from one source position, all are summed."""

from typing import Any

import keras
import tensorflow as tf
from keras import KerasTensor, ops

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.layers.alignment_chain import (
    NEVER,
    log_sum_exp,
    posteriors,
    scan,
)
from seq2seq_keras.layers.attention import Attention, Tensors, by_rows
from seq2seq_keras.layers.position_logits import (
    position_logits,
    predict,
    token_evidence,
)
from seq2seq_keras.ranges import POSITIVE
from seq2seq_keras.special_tokens import PAD_ID


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class HardAttention(Attention):
    """Writes each token from a single source position, and sums over which one.

    Soft attention mixes the source and predicts from the mixture; hard attention
    predicts from each position and mixes the predictions. Which position a token comes
    from is a latent variable, and the probability of a target is the sum over all
    alignments, computed exactly (`alignment_chain`).

    With `h` the decoder's output at a step, which sees tokens but no alignment, and
    `e[j]` the encoder's output at source position `j`:

    - a token written from `j` is drawn from
      `softmax(W_out tanh(W_query h + W_key e[j] + b) + b_out)`;
    - the position `j`, after `i` for the token before, from a softmax over `j` of
      `h . W e[j] / sqrt(value_dim)`, to which `order=1` adds `h . jump[j - i]`, and
      in which `monotonic=True` leaves out all `j < i`. The token before the first one
      comes from the first position that is not masked.

    The logits are the logarithms of the probability of each next token, given those
    before it: so the loss of a whole target is minus the logarithm of the sum over its
    alignments, and searches work as on any other model. A state of decoding is the
    distribution over positions that the tokens so far leave.

    What it costs: a step has logits for each source position, `source_length` times
    those of soft attention, and they are computed again for the gradient, since none
    are kept. Up to 2**24 of them are computed at once,
    `batch * target_length * source_length * vocabulary_size`; of more only those of
    one target position are held at a time. With `monotonic` or order 1 there are also
    `batch * target_length * source_length ** 2` transitions.

    Args:
        hidden_units: Positive integer. Size of the layer below the logits.
        vocabulary_size: Positive integer. How many tokens there are to write.
        monotonic: Whether no token comes from a position before that of the token
            before it.
        order: 0 or 1. Whether the position of the token before has a part in the
            score, beside what `monotonic` forbids.
        context: Positive integer. The jumps that order 1 tells apart: up to `context`
            positions, and all that are longer as one.
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name` and `dtype`.

    Call arguments:
        query: Decoder outputs, shape `(batch, target_length, query_dim)`.
        token_ids: int32, shape `(batch, target_length)`: the tokens that were read,
            each written one step before.
        states: Dictionary of the states of `initial_states`.
        memory: Dictionary of `encoder_outputs`, shape
            `(batch, source_length, value_dim)`, `source_mask`,
            `(batch, source_length)`, and what `remember` returned.

    Returns:
        A triple of the logits, float32, shape
        `(batch, target_length, vocabulary_size)`; the probabilities of the positions
        before the token is known, float32, `(batch, target_length, source_length)`;
        and the states after the last token.

    Raises:
        InputError: If `order` is neither 0 nor 1, or a size is not positive.

    Example:

    >>> attention = HardAttention(hidden_units=16, vocabulary_size=10, monotonic=True)
    >>> memory = {"encoder_outputs": ops.ones((2, 5, 4))}
    >>> memory["source_mask"] = ops.ones((2, 5), "bool")
    >>> states = attention.initial_states(*memory.values())
    >>> memory |= attention.remember(memory["encoder_outputs"])
    >>> query, token_ids = ops.ones((2, 3, 8)), ops.ones((2, 3), "int32")
    >>> logits, weights, states = attention(query, token_ids, states, memory)
    >>> logits.shape, weights.shape
    (TensorShape([2, 3, 10]), TensorShape([2, 3, 5]))

    Reference:
        - [Wu et al., 2018](https://arxiv.org/abs/1808.10024): hard attention, summed
          exactly.
        - [Wu & Cotterell, 2019](https://arxiv.org/abs/1905.06319): monotonic, and of
          order 1.
    """

    predicts = True
    # What a step hands on, in the order in which `predict` takes it.
    _carried = ("alignment", "alignment_query", "alignment_normalizers")

    def __init__(
        self,
        hidden_units: int,
        vocabulary_size: int,
        monotonic: bool = False,
        order: int = 0,
        context: int = 4,
        **kwargs: Any,
    ) -> None:
        check_choice("order", order, (0, 1))
        # States stay in the precision they have: logarithms need float32.
        super().__init__(autocast=False, **kwargs)
        self.hidden_units = POSITIVE.check("hidden_units", hidden_units)
        self.vocabulary_size = POSITIVE.check("vocabulary_size", vocabulary_size)
        self.context = POSITIVE.check("context", context)
        self.monotonic, self.order = monotonic, order
        self.embedding: keras.layers.Embedding | None = None
        self.query_projection = self._dense("query", use_bias=True)
        self.key_projection = self._dense("key")

    def tie(self, embedding: keras.layers.Embedding) -> None:
        """Makes the rows of an embedding the weights of the logits.

        Args:
            embedding: That of the target, of size `hidden_units`.

        Raises:
            InputError: If it has another size.
        """
        if embedding.output_dim != self.hidden_units:
            raise InputError(
                "With `tie_embeddings=True` hard attention has as many `hidden_units` "
                f"as `embedding_dim` says. Received: hidden_units={self.hidden_units}, "
                f"embedding_dim={embedding.output_dim}"
            )
        self.embedding = embedding

    def build(
        self,
        query_shape: tuple,
        token_ids_shape: tuple,
        states_shape: dict,
        memory_shape: dict,
    ) -> None:
        value_shape = memory_shape["encoder_outputs"]
        query_dim, value_dim = query_shape[-1], value_shape[-1]
        self.query_projection.build(query_shape)
        if not self.key_projection.built:
            self.key_projection.build(value_shape)
        self.score_kernel = self.add_weight((query_dim, value_dim), name="score_kernel")
        if self.order:
            self.jumps = self.add_weight((query_dim, len(self._jumps)), name="jumps")
        if self.embedding is None:
            # Logits are float32 in every precision.
            kept = {"dtype": "float32", "autocast": False}
            shape = (self.hidden_units, self.vocabulary_size)
            self.kernel = self.add_weight(shape, name="kernel", **kept)
            self.bias = self.add_weight(shape[1:], "zeros", name="bias", **kept)

    def project(self, value: KerasTensor) -> KerasTensor:
        return self.key_projection(value)

    def initial_states(
        self, encoder_outputs: KerasTensor, source_mask: KerasTensor
    ) -> Tensors:
        nothing = ops.zeros_like(source_mask, dtype="float32")
        # What `<sos>` is said to have come from: the first position there is.
        place = ops.argmax(ops.cast(source_mask, "int32"), axis=1)[:, None]
        every = ops.cumsum(ops.ones_like(source_mask, dtype="int32"), axis=1) - 1
        is_first = ops.equal(every, ops.cast(place, "int32"))
        first = ops.where(is_first, nothing, NEVER)
        query = ops.repeat(
            ops.zeros_like(encoder_outputs[:, 0, :1]), self.hidden_units, 1
        )
        return {
            "attention_weights": nothing,
            "alignment": first,
            "alignment_query": ops.cast(query, self.compute_dtype),
            "alignment_normalizers": nothing,
        }

    # Other arguments than those of an attention that gives a context.
    def call(  # type: ignore[override]
        self,
        query: KerasTensor,
        token_ids: KerasTensor,
        states: Tensors,
        memory: Tensors,
    ) -> tuple[KerasTensor, KerasTensor, Tensors]:
        if token_ids.shape[1] == 1:
            # A stack of layers forgets that it read a single token.
            query = ops.reshape(query, (-1, 1, query.shape[-1]))
        outputs = predict(
            token_ids,
            by_rows(self.query_projection, query),
            self.transitions(query, memory),
            [states[name] for name in self._carried],
            [memory["attention_keys"], *self._output_weights()],
        )
        logits, positions, *carried = outputs
        weights = tf.exp(positions)
        changed = dict(zip(self._carried, carried, strict=True))
        return logits, weights, {"attention_weights": weights[:, -1], **changed}

    def transitions(self, query: KerasTensor, memory: Tensors) -> KerasTensor:
        """How probable each position is after each other one.

        Args:
            query: As of a call.
            memory: As of a call.

        Returns:
            Logarithms, float32, shape
            `(batch, target_length, source_length, source_length)`, as
            `alignment_chain.predict_positions` takes them.
        """
        value = memory["encoder_outputs"]
        asked = self._project_rows(query, self.score_kernel) * value.shape[-1] ** -0.5
        scores = ops.cast(ops.matmul(asked, ops.swapaxes(value, 1, 2)), "float32")
        mask = memory["source_mask"][:, None, :]
        # (batch, target_length, 1, source_length)
        scores = ops.where(mask, scores, NEVER)[:, :, None]
        places = ops.arange(ops.shape(value)[1])
        jumps = places[None, :] - places[:, None]  # from the row to the column
        if self.order:
            scores += self._jump_scores(query, jumps)
        if self.monotonic:
            # Less than what is padding, which may be all that is left.
            scores = ops.where(jumps >= 0, scores, 2 * NEVER)
        return ops.log_softmax(scores, axis=-1)

    def align(
        self,
        query: KerasTensor,
        labels: KerasTensor,
        states: Tensors,
        memory: Tensors,
    ) -> KerasTensor:
        """Where each token of a whole target was written from.

        Args:
            query: As of a call.
            labels: int32, shape `(batch, target_length)`: the token that each step
                writes; 0 is padding.
            states: As of a call: those before the first token.
            memory: As of a call.

        Returns:
            Probabilities given the whole target, float32, shape
            `(batch, target_length, source_length)`.
        """
        labels = ops.cast(labels, "int32")
        queries = by_rows(self.query_projection, query)
        weights, keys = self._output_weights(), memory["attention_keys"]

        def evidence(query: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
            hidden = tf.tanh(query[:, None] + keys)[:, None]
            normalizers = log_sum_exp(position_logits(hidden, *weights), axis=-1)
            return token_evidence(hidden, labels[:, None], normalizers, *weights)[:, 0]

        nothing = tf.zeros_like(states["alignment"])
        found = scan(lambda _, *step: evidence(*step), nothing, [queries, labels])
        found = tf.where(labels[:, :, None] == PAD_ID, 0.0, found)
        if not (self.order or self.monotonic):
            return tf.nn.softmax(self.transitions(query, memory)[:, :, 0] + found)

        def transitions(query: tf.Tensor) -> tf.Tensor:
            return self.transitions(query[:, None], memory)[:, 0]

        return posteriors(states["alignment"], transitions, query, found)

    def compute_output_spec(  # type: ignore[override]
        self,
        query: KerasTensor,
        token_ids: KerasTensor,
        states: Tensors,
        memory: Tensors,
    ) -> tuple[KerasTensor, KerasTensor, Tensors]:
        steps, source_length = query.shape[:2], memory["encoder_outputs"].shape[1]
        kept = {name: states[name] for name in ("attention_weights", *self._carried)}
        return (
            KerasTensor((*steps, self.vocabulary_size), "float32"),
            KerasTensor((*steps, source_length), "float32"),
            {name: KerasTensor(s.shape, s.dtype) for name, s in kept.items()},
        )

    def get_config(self) -> dict[str, Any]:
        names = ("hidden_units", "vocabulary_size", "monotonic", "order", "context")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    @property
    def _jumps(self) -> range:
        return range(0 if self.monotonic else -self.context, self.context + 1)

    def _jump_scores(self, query: KerasTensor, jumps: KerasTensor) -> KerasTensor:
        """What is added for each jump, `(batch, target_length, source, source)`."""
        scores = ops.cast(self._project_rows(query, self.jumps), "float32")
        shortest, longest = self._jumps[0], self._jumps[-1]
        kinds = ops.reshape(ops.clip(jumps, shortest, longest) - shortest, (-1,))
        # A product: it has a faster gradient than gathering has.
        every = ops.matmul(scores, ops.transpose(ops.one_hot(kinds, len(self._jumps))))
        return ops.reshape(every, (*ops.shape(scores)[:2], *ops.shape(jumps)))

    def _project_rows(self, query: KerasTensor, kernel: Any) -> KerasTensor:
        kernel = ops.cast(kernel, self.compute_dtype)
        return by_rows(lambda rows: ops.matmul(rows, kernel), query)

    def _output_weights(self) -> tuple[tf.Tensor, tf.Tensor]:
        if self.embedding is None:
            return tf.convert_to_tensor(self.kernel), tf.convert_to_tensor(self.bias)
        # Looked up, since they may be quantized, or have something added to them.
        rows = self.embedding(tf.range(self.vocabulary_size))
        kernel = tf.transpose(tf.cast(rows, "float32"))
        return kernel, tf.zeros([self.vocabulary_size])

    def _dense(self, name: str, use_bias: bool = False) -> keras.layers.Dense:
        return keras.layers.Dense(
            self.hidden_units, use_bias=use_bias, dtype=self.dtype_policy, name=name
        )
