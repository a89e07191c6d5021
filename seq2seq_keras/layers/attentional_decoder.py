"""A recurrent decoder whose next step needs the attention of the last one."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf
from keras import KerasTensor, ops

from seq2seq_keras.errors import InputError
from seq2seq_keras.layers.attention import Attention, Tensors, build_attention
from seq2seq_keras.layers.recurrent_stack import RecurrentStack


class AttentionalDecoder(keras.layers.Layer):
    """Runs recurrent layers and attention step by step, since each needs the other.

    One step, `step`, holds the mathematics. On a whole target the layer loops over it
    inside the graph; on one token it calls it once, without a loop. Where attention has
    a memory but nothing of it enters the recurrence (coverage), the recurrent layers
    run over the whole target in one go, and the loop is over the attention alone.

    - An attention that attends first ("bahdanau"): the previous state of the top layer
      is the query; the context enters the first layer together with the embedded
      token.
    - Any other ("luong"): the output of the top layer is the query. With
      `input_feeding`, the attentional vector enters the first layer at the next step.

    - With a `first_transition`, the conditional decoder, attention is between two
      transitions of the state. Of the embedded token `y` and the state `s` before:

          s' = first_transition(y, s)
          c  = attention(s', source)
          s  = stack(c, s')

      So what asks knows the token that was written last, and what is found has a part
      in the state of this step. Further layers lie on the second transition.

    What it passes on is the attentional vector, `tanh(W [context; output])`; where the
    attention attends first or between transitions, and with `deep_output`, the embedded
    token has a part in it too, as in the readout of Bahdanau et al.

    Args:
        stack: The `RecurrentStack`.
        attention: The `Attention`.
        units: Integer. Size of the attentional vector.
        input_feeding: Whether the attentional vector is an input of the next step.
        first_transition: Optional `RecurrentStack` of one layer, with the states of the
            first one of `stack`.
        deep_output: Whether the attentional vector is also made of the embedded token.
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name` and `dtype`.

    Call arguments:
        inputs: Embedded tokens, shape `(batch, target_length, input_dim)`.
        states: Dictionary of the states before the first token: those of the stack,
            `(batch, units)`, of the attention, and `attentional_vector` with
            `input_feeding`.
        memory: Dictionary of what stays the same: `encoder_outputs`, shape
            `(batch, source_length, dim)`, `source_mask`, `(batch, source_length)`,
            and what the attention remembers.
        training: Whether dropout acts.

    Returns:
        A triple of the attentional vectors, `(batch, target_length, units)`, the
        attention weights, `(batch, target_length, source_length)`, and the states
        after the last token.

    Raises:
        InputError: If an attention that attends first is to have `input_feeding`.

    Reference:
        - [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473), A.2.2.
        - [Sennrich et al., 2017](https://arxiv.org/abs/1703.04357), section 3: two
          transitions.
        - [Luong et al., 2015](https://arxiv.org/abs/1508.04025), section 3.3: input
          feeding; equation 5: the attentional vector.
    """

    def __init__(
        self,
        stack: RecurrentStack,
        attention: Attention,
        units: int,
        *,
        input_feeding: bool = False,
        first_transition: RecurrentStack | None = None,
        deep_output: bool = False,
        **kwargs: Any,
    ) -> None:
        if input_feeding and attention.attends_first:
            raise InputError(
                '`input_feeding=True` belongs to `attention="luong"`; with '
                f"{type(attention).__name__} the context enters the cell at every step "
                "in any case. Received: input_feeding=True"
            )
        # States stay in the precision they have: a sum of weights needs float32.
        super().__init__(autocast=False, **kwargs)
        self.stack = stack
        self.first_transition = first_transition
        self.units = units
        self.input_feeding = input_feeding
        self.reads_token = (
            attention.attends_first or first_transition is not None or deep_output
        )
        # Here Keras finds their weights.
        self.recurrent_layers = stack.recurrent_layers
        self.dropouts = stack.dropouts
        self.normalizations = stack.normalizations
        if first_transition is not None:
            self.first_layers = first_transition.recurrent_layers
            self.first_normalizations = first_transition.normalizations
        self.attention_layer = attention
        self.attentional_vector = keras.layers.Dense(
            units,
            "tanh",
            use_bias=False,
            dtype=self.dtype_policy,
            name="attentional_vector",
        )

    @property
    def query_dim(self) -> int:
        """Size of what asks: the outputs of a transition, or the state before it."""
        if self.first_transition is not None:
            return self.first_transition.output_size
        if self.attention_layer.attends_first:
            return self.stack.states[-1][self.stack.top_state]
        return self.stack.output_size

    def build(self, inputs_shape: tuple, memory_shape: dict) -> None:
        input_dim, value_shape = inputs_shape[-1], memory_shape["encoder_outputs"]
        first = self.attention_layer.attends_first
        if self.first_transition is not None:
            self.first_transition.build(input_dim)
            self.stack.build(value_shape[-1])
        else:
            fed_dim = value_shape[-1] if first else self.units * self.input_feeding
            self.stack.build(input_dim + fed_dim)
        build_attention(self.attention_layer, self.query_dim, value_shape)
        read_dim = value_shape[-1] + self.stack.output_size
        read_dim += input_dim * self.reads_token
        self.attentional_vector.build((None, read_dim))

    def step(
        self,
        inputs: KerasTensor,
        states: Tensors,
        memory: Tensors,
        training: bool = False,
        masks: list[KerasTensor] | None = None,
    ) -> tuple[KerasTensor, Tensors]:
        """Decodes one token.

        `inputs` is the token embedded, `(batch, input_dim)`; `memory` what stays the
        same; `masks` what dropout drops if that is the same at every step. Returns the
        attentional vector, `(batch, units)`, and the next states.
        """
        states, cell_inputs, context = dict(states), [inputs], None
        if self.first_transition is not None:
            query, states = self.first_transition.step(
                inputs, states, training=training
            )
            context, states = self._attend(query, states, memory)
            cell_inputs = [context]
        elif self.attention_layer.attends_first:
            context, states = self._attend(states[self.stack.top_state], states, memory)
            cell_inputs.append(context)
        elif self.input_feeding:
            cell_inputs.append(states["attentional_vector"])
        outputs, states = self.stack.step(
            ops.concatenate(cell_inputs, axis=-1), states, masks, training
        )
        if context is None:
            context, states = self._attend(outputs, states, memory)
        vector = self._combine(context, outputs, inputs)
        if self.input_feeding:
            states["attentional_vector"] = vector
        return vector, states

    def _combine(
        self, context: KerasTensor, outputs: KerasTensor, inputs: KerasTensor
    ) -> KerasTensor:
        """The attentional vector, of one step or of all."""
        read = [context, outputs, *[inputs] * self.reads_token]
        return self.attentional_vector(ops.concatenate(read, axis=-1))

    @contextlib.contextmanager
    def _sequence(
        self, states: Tensors, training: bool
    ) -> Iterator[list[KerasTensor] | None]:
        """What `RecurrentStack.sequence` does, for both transitions."""
        with contextlib.ExitStack() as entered:
            if self.first_transition is not None:
                entered.enter_context(self.first_transition.sequence(states, training))
            yield entered.enter_context(self.stack.sequence(states, training))

    def _attend(
        self, query: KerasTensor, states: Tensors, memory: Tensors
    ) -> tuple[KerasTensor, Tensors]:
        context, changed = self.attention_layer.attend(query, states, memory)
        # What goes round in a loop keeps its precision; a layer of one's own may have
        # another than the model.
        context = ops.cast(context, query.dtype)
        changed = {
            name: ops.cast(state, states[name].dtype) for name, state in changed.items()
        }
        return context, {**states, **changed}

    def call(
        self,
        inputs: KerasTensor,
        states: Tensors,
        memory: Tensors,
        training: bool = False,
    ) -> tuple[KerasTensor, KerasTensor, Tensors]:
        states = self._in_loop_dtypes(states)
        if inputs.shape[1] == 1:
            with self._sequence(states, training) as masks:
                vector, states = self.step(
                    inputs[:, 0], states, memory, training, masks
                )
            return vector[:, None], states["attention_weights"][:, None], states
        attention = self.attention_layer
        # An `attend` of one's own may read any state of the step.
        reads_all = type(attention).attend is not Attention.attend
        feeds = attention.attends_first or self.input_feeding or reads_all
        if feeds or self.first_transition is not None:
            return self._loop_over_all(inputs, states, memory, training)
        return self._loop_over_attention(inputs, states, memory)

    def _loop_over_all(
        self, inputs: KerasTensor, states: Tensors, memory: Tensors, training: bool
    ) -> tuple[KerasTensor, KerasTensor, Tensors]:
        with self._sequence(states, training) as masks:

            def step(
                inputs: KerasTensor, states: Tensors
            ) -> tuple[KerasTensor, Tensors]:
                return self.step(inputs, states, memory, training, masks)

            stacks = filter(None, (self.first_transition, self.stack))
            if training and any(stack.draws_in_first_step for stack in stacks):
                # Outside of the loop, so that all steps have the masks it draws.
                step(inputs[:, 0], states)
            return _loop_over_steps(
                step, inputs, states, self.compute_dtype, self.units
            )

    def _loop_over_attention(
        self, inputs: KerasTensor, states: Tensors, memory: Tensors
    ) -> tuple[KerasTensor, KerasTensor, Tensors]:
        """The recurrence in one go, since nothing of the attention enters it.

        Only the attention itself goes step by step: it sees what it did before.
        """
        outputs, last = self.stack(inputs, states)
        size = memory["encoder_outputs"].shape[-1]
        contexts, weights, states = _loop_over_steps(
            lambda query, states: self._attend(query, states, memory),
            outputs,
            states,
            self.compute_dtype,
            size,
        )
        vectors = self._combine(contexts, outputs, inputs)
        return vectors, weights, {**states, **last}

    def _in_loop_dtypes(self, states: Tensors) -> Tensors:
        """States as one step returns them, so that the loop can go round."""
        computed = {"attentional_vector"}.union(*self.stack.states)
        return {
            name: ops.cast(state, self.compute_dtype) if name in computed else state
            for name, state in states.items()
        }

    def compute_output_spec(
        self,
        inputs: KerasTensor,
        states: Tensors,
        memory: Tensors,
        training: bool = False,
    ) -> tuple[KerasTensor, KerasTensor, Tensors]:
        batch, target_length, _ = inputs.shape
        source_length = memory["encoder_outputs"].shape[1]
        kept = self._in_loop_dtypes(states)
        return (
            KerasTensor((batch, target_length, self.units), self.compute_dtype),
            KerasTensor((batch, target_length, source_length), "float32"),
            {name: KerasTensor(s.shape, s.dtype) for name, s in kept.items()},
        )


def _loop_over_steps(
    step: Callable, inputs: tf.Tensor, states: Tensors, dtype: str, units: int
) -> tuple[tf.Tensor, tf.Tensor, Tensors]:
    """Runs one step after another.

    `step` makes of the inputs of one step, `(batch, input_dim)`, and the states its
    outputs, `(batch, units)`, and the next states, of the same names, shapes and
    dtypes; `attention_weights`, `(batch, source_length)`, is one of them. Returns the
    outputs, `(batch, target_length, units)`, the attention weights,
    `(batch, target_length, source_length)`, and the last states.
    """
    length = tf.shape(inputs)[1]
    # (target_length, batch, input_dim)
    by_step = tf.TensorArray(inputs.dtype, length).unstack(
        tf.transpose(inputs, [1, 0, 2])
    )
    outputs = tf.TensorArray(dtype, length, element_shape=(None, units))
    weights = tf.TensorArray("float32", length)

    def advance(
        index: tf.Tensor,
        states: Tensors,
        outputs: tf.TensorArray,
        weights: tf.TensorArray,
    ) -> tuple[tf.Tensor, Tensors, tf.TensorArray, tf.TensorArray]:
        output, states = step(by_step.read(index), states)
        outputs = outputs.write(index, output)
        weights = weights.write(index, states["attention_weights"])
        return index + 1, states, outputs, weights

    _, states, outputs, weights = tf.while_loop(
        lambda index, *_: index < length,
        advance,
        (tf.constant(0), states, outputs, weights),
        maximum_iterations=length,
    )
    outputs, weights = (
        tf.transpose(array.stack(), [1, 0, 2]) for array in (outputs, weights)
    )
    return outputs, weights, states
