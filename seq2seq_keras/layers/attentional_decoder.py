"""A recurrent decoder whose next step needs the attention of the last one."""

import keras
from keras import ops

from seq2seq_keras.layers.attention_by_name import make_attention
from seq2seq_keras.layers.cell_stack import CellStack
from seq2seq_keras.layers.loop_over_steps import loop_over_steps

# The options of an `AttentionalDecoder`, in the order of its arguments.
DECODER_OPTIONS = (
    *("cell", "units", "num_layers", "attention", "attention_score", "input_feeding"),
    *("coverage", "residual", "dropout", "recurrent_dropout", "variational_dropout"),
    "layer_normalization",
)


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class AttentionalDecoder(keras.layers.Layer):
    """Runs recurrent cells and attention step by step, since each needs the other.

    One step, `step`, holds the mathematics. On a whole target the layer loops over it
    inside the graph; on one token it calls it once, without a loop.

    - "bahdanau": the previous state of the top layer is the query; the context
      enters the first cell together with the embedded token.
    - "luong": the top layer's output is the query. With `input_feeding`, the
      attentional vector enters the first cell at the next step.

    What it passes on is the attentional vector, `tanh(W [context; output])`; for
    "bahdanau" the embedded token has a part in it too, as in the paper's readout.

    Args:
        cell: "lstm", "gru" or "rnn".
        units: Integer. Size of the states of each layer and of the outputs.
        num_layers: Integer. Recurrent layers.
        attention: "luong" or "bahdanau".
        attention_score: "dot", "general" or "concat"; for "luong" only.
        input_feeding: Whether the attentional vector is an input of the next step;
            for "luong" only.
        coverage: Whether the attention sees what it attended to before.
        residual: Whether each recurrent layer but the first adds its input to its
            output.
        dropout: Float in [0, 1). Share of the inputs of each recurrent layer but the
            first that training sets to zero.
        recurrent_dropout: Float in [0, 1).
        variational_dropout: Whether `dropout` drops the same at all steps of a
            sentence, as `recurrent_dropout` does in any case.
        layer_normalization: Whether the outputs of each recurrent layer are
            normalised. The states are not.
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name` and `dtype`.

    Call arguments:
        inputs: Embedded tokens, shape `(batch, target_length, input_dim)`.
        states: Dictionary of the states before the first token:
            `layer_0_hidden` and so on, `(batch, units)`, `attention_weights` and, if
            there is one, `coverage`, float32 `(batch, source_length)`, and
            `attentional_vector` with `input_feeding`.
        memory: Dictionary of what stays the same: `encoder_outputs`, shape
            `(batch, source_length, dim)`, `source_mask`, `(batch, source_length)`,
            and `attention_keys`, `project(encoder_outputs)`.
        training: Whether dropout acts.

    Returns:
        A triple of the attentional vectors, `(batch, target_length, units)`, the
        attention weights, `(batch, target_length, source_length)`, and the states
        after the last token.

    Reference:
        - [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473), A.2.2.
        - [Luong et al., 2015](https://arxiv.org/abs/1508.04025), section 3.3: input
          feeding; equation 5: the attentional vector.
    """

    def __init__(
        self,
        cell,
        units,
        *,
        num_layers=1,
        attention="bahdanau",
        attention_score="general",
        input_feeding=False,
        coverage=False,
        residual=False,
        dropout=0.0,
        recurrent_dropout=0.0,
        variational_dropout=False,
        layer_normalization=False,
        **kwargs,
    ):
        # States stay in the precision they have: a sum of weights needs float32.
        super().__init__(autocast=False, **kwargs)
        self.cell = cell
        self.units = units
        self.num_layers = num_layers
        self.attention = attention
        self.attention_score = attention_score
        self.input_feeding = input_feeding
        self.coverage = coverage
        self.residual = residual
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.variational_dropout = variational_dropout
        self.layer_normalization = layer_normalization
        self.cells = CellStack(self)
        # Here Keras finds their weights.
        self.recurrent_layers = self.cells.recurrent_layers
        self.dropouts = self.cells.dropouts
        self.normalizations = self.cells.normalizations
        self.attention_layer = make_attention(
            attention,
            attention_score,
            units,
            coverage=coverage,
            dtype=self.dtype_policy,
        )
        self.attentional_vector = keras.layers.Dense(
            units,
            "tanh",
            use_bias=False,
            dtype=self.dtype_policy,
            name="attentional_vector",
        )

    def build(self, inputs_shape, states_shape, memory_shape):
        input_dim, value_shape = inputs_shape[-1], memory_shape["encoder_outputs"]
        fed_dim = value_shape[-1] if self.attention == "bahdanau" else self.units
        if self.attention == "luong" and not self.input_feeding:
            fed_dim = 0
        self.cells.build(input_dim + fed_dim)
        self.attention_layer.build((None, None, self.units), value_shape)
        read_dim = input_dim if self.attention == "bahdanau" else 0
        self.attentional_vector.build((None, value_shape[-1] + self.units + read_dim))

    def project(self, encoder_outputs):
        """The `attention_keys` of the memory.

        Args:
            encoder_outputs: Tensor, shape `(batch, source_length, dim)`.

        Returns:
            A tensor of shape `(batch, source_length, key_dim)`.
        """
        return self.attention_layer.project(encoder_outputs)

    def step(self, inputs, states, memory, training=False, masks=None):
        """Decodes one token.

        Args:
            inputs: The embedded token, shape `(batch, input_dim)`.
            states: Dictionary of the states before it.
            memory: Dictionary of what stays the same.
            training: Whether dropout acts.
            masks: What it drops if that is the same at every step.

        Returns:
            A pair of the attentional vector, `(batch, units)`, and the next states.
        """
        states = dict(states)
        top = f"layer_{self.num_layers - 1}_hidden"
        cell_inputs = [inputs]
        if self.attention == "bahdanau":
            context, states = self._attend(states[top], states, memory)
            cell_inputs.append(context)
        elif self.input_feeding:
            cell_inputs.append(states["attentional_vector"])
        outputs, states = self.cells(
            ops.concatenate(cell_inputs, axis=-1), states, masks, training
        )
        if self.attention == "bahdanau":
            read = [context, outputs, inputs]
        else:
            context, states = self._attend(outputs, states, memory)
            read = [context, outputs]
        vector = self.attentional_vector(ops.concatenate(read, axis=-1))
        if self.input_feeding:
            states["attentional_vector"] = vector
        return vector, states

    def _attend(self, query, states, memory):
        context, weights = self.attention_layer(
            query[:, None],
            memory["encoder_outputs"],
            value_mask=memory["source_mask"],
            keys=memory.get("attention_keys"),
            coverage=states.get("coverage"),
        )
        weights = weights[:, 0]
        states = {**states, "attention_weights": weights}
        if self.coverage:
            states["coverage"] += weights
        return context[:, 0], states

    def call(self, inputs, states, memory, training=False):
        states = self._in_loop_dtypes(states)
        masks = self.cells.make_masks(states) if training else None

        def step(inputs, states):
            return self.step(inputs, states, memory, training, masks)

        if inputs.shape[1] == 1:
            vector, states = step(inputs[:, 0], states)
            outputs = vector[:, None], states["attention_weights"][:, None], states
        else:
            outputs = loop_over_steps(step, inputs, states, self.compute_dtype)
        self.cells.forget_masks()
        return outputs

    def _in_loop_dtypes(self, states):
        """States as one step returns them, so that the loop can go round."""
        kept = {"attention_weights": "float32", "coverage": "float32"}
        return {
            name: ops.cast(state, kept.get(name, self.compute_dtype))
            for name, state in states.items()
        }

    def compute_output_spec(self, inputs, states, memory, training=False):
        batch, target_length, _ = inputs.shape
        source_length = memory["encoder_outputs"].shape[1]
        kept = self._in_loop_dtypes(states)
        return (
            keras.KerasTensor((batch, target_length, self.units), self.compute_dtype),
            keras.KerasTensor((batch, target_length, source_length), "float32"),
            {name: keras.KerasTensor(s.shape, s.dtype) for name, s in kept.items()},
        )

    def get_config(self):
        config = {name: getattr(self, name) for name in DECODER_OPTIONS}
        return {**super().get_config(), **config}
