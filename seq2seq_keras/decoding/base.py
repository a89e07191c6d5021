"""What a search is given and what it returns.

A search is given a `Step`, a function `step(token_ids, states) -> (logits, states)`:

- `token_ids`: int32, shape `(batch,)`, the tokens decided last;
- `states`: a dictionary of tensors, or of nests of them, each with the batch as its
  first axis;
- `logits`: float, shape `(batch, vocabulary_size)`, for the next token.

What a step reads but does not change, such as the encoder's outputs, is given to the
search as `memory`, a second dictionary: the step finds it among its states and need not
return it. If the states have `attention_weights`, `(batch, source_length)`, the search
collects them for every token it writes.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import tensorflow as tf

from seq2seq_keras.special_tokens import PAD_ID, START_ID

States = dict[str, Any]
Step = Callable[[tf.Tensor, States], tuple[tf.Tensor, States]]

# The log-probability of what may not be chosen; finite, so that sums stay numbers.
IMPOSSIBLE = -1e9


class BeamTrace(NamedTuple):
    """The tree that a beam search grew.

    The tree has a node for each place of the beam after each step that is alive. Its
    parent is the node at `parents` of the step before; before step 0 there is only
    the root. A hypothesis of the result is a path from the root to the node at
    `end_parents` of step `end_steps - 1`, and then its last token, which stands in the
    result alone: complete hypotheses hold no place in the beam.

    Attributes:
        parents: int32, shape `(batch, length, beam_width)`: for each live hypothesis
            after a step, which of those before the step it continues.
        token_ids: int32, the same shape: the token it continues it with.
        log_probabilities: float32, the same shape: the model's, of that token.
        is_alive: Boolean, the same shape: whether it is a hypothesis at all, and not
            one that was forbidden, or of a sentence that was done before the step.
        end_steps: int32, shape `(batch, n_best)`: the step at which each hypothesis of
            the result was completed.
        end_parents: int32, the same shape: the live hypothesis, before that step, that
            it continues with its last token.
    """

    parents: tf.Tensor
    token_ids: tf.Tensor
    log_probabilities: tf.Tensor
    is_alive: tf.Tensor
    end_steps: tf.Tensor
    end_parents: tf.Tensor


class SearchResult(NamedTuple):
    """What a search found for each sentence of the batch, best first.

    `greedy_search` and `sample`, which find one hypothesis, leave the axis `n_best`
    away.

    Attributes:
        token_ids: int32, shape `(batch, n_best, length)`: the tokens, then `<eos>`
            unless the length ran out, then padding.
        log_probabilities: float32, the same shape: the model's, of each token given
            those before it; 0 for padding.
        scores: float32, shape `(batch, n_best)`: what the hypotheses are ranked by,
            minus infinity where there is no such hypothesis. Of `greedy_search` and
            `sample` the mean log-probability per token, `<eos>` counted; 0 for an
            empty row. It and the log-probabilities are `None` if no details were
            asked for.
        attention_weights: float32, shape `(batch, n_best, length, source_length)`:
            the weights with which each token was chosen; `None` without attention,
            or if it was not asked for.
        trace: `BeamTrace`; `None` for all but a beam search with details.
    """

    token_ids: tf.Tensor
    log_probabilities: tf.Tensor | None = None
    scores: tf.Tensor | None = None
    attention_weights: tf.Tensor | None = None
    trace: BeamTrace | None = None


def never_written(vocabulary_size: int | tf.Tensor) -> tf.Tensor:
    """What to add to logits so that padding and `<sos>` are never chosen.

    Args:
        vocabulary_size: Integer or scalar tensor.

    Returns:
        A float32 tensor of shape `(vocabulary_size,)`.
    """
    forbidden = tf.constant([[PAD_ID], [START_ID]])
    values = tf.fill([2], IMPOSSIBLE)
    return tf.scatter_nd(forbidden, values, [vocabulary_size])


class GrowingTensor(NamedTuple):
    """What a loop writes step by step, in a tensor that gets longer.

    It does what the loops need of a `tf.TensorArray`, of which other runtimes have none
    that goes through two loops. Each write copies what was written before.

    Attributes:
        values: Tensor, shape `(1 + length, ...)`. Nobody wrote the first row: a loop of
            LiteRT fails, without a word, if it begins with no row at all.
    """

    values: tf.Tensor

    def write(self, index: tf.Tensor, value: tf.Tensor) -> "GrowingTensor":
        """With a value for the next step, whose number is known."""
        return GrowingTensor(tf.concat([self.values, value[None]], axis=0))

    def stack(self) -> tf.Tensor:
        """The values of all steps, `(length, ...)`."""
        return self.values[1:]


Growing: TypeAlias = tf.TensorArray | GrowingTensor


def growing_array(dtype: tf.DType, shape: Sequence, plain: bool = False) -> Growing:
    """What a loop writes one element a step to, empty as yet.

    Args:
        dtype: Of the elements.
        shape: List of integers and scalar tensors: the shape of an element.
        plain: Whether it is a `GrowingTensor`, and not a `tf.TensorArray`.

    Returns:
        One of the two.
    """
    if not plain:
        return tf.TensorArray(
            dtype, 0, dynamic_size=True, element_shape=[None] * len(shape)
        )
    return GrowingTensor(tf.zeros([1, *shape], dtype))
