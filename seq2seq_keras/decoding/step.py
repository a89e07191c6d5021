"""What a search is given and what it returns.

A search is given a function `step(token_ids, states) -> (logits, states)`:

- `token_ids`: int32, shape `(batch,)`, the tokens decided last;
- `states`: a dictionary of tensors, or of nests of them, each with the batch as its
  first axis;
- `logits`: float, shape `(batch, vocabulary_size)`, for the next token.

What a step reads but does not change, such as the encoder's outputs, is given to the
search as `memory`, a second dictionary: the step finds it among its states and need not
return it. If the states have `attention_weights`, `(batch, source_length)`, the search
collects them for every token it writes.
"""

from typing import NamedTuple

import tensorflow as tf

from seq2seq_keras.special_tokens import PAD_ID, START_ID

# The log-probability of what may not be chosen; finite, so that sums stay numbers.
IMPOSSIBLE = -1e9


class SearchResult(NamedTuple):
    """What a search found, one row for each sentence of the batch.

    Attributes:
        token_ids: int32, shape `(batch, length)`: the tokens, then `<eos>` unless
            the length ran out, then padding.
        log_probabilities: float32, shape `(batch, length)`: of each token given those
            before it; 0 for padding.
        attention_weights: float32, shape `(batch, length, source_length)`: the
            weights with which each token was chosen; `None` without attention.
    """

    token_ids: tf.Tensor
    log_probabilities: tf.Tensor
    attention_weights: tf.Tensor | None = None

    @property
    def scores(self):
        """Mean log-probability per token, `<eos>` counted; 0 for an empty row."""
        count = tf.math.count_nonzero(self.token_ids != PAD_ID, axis=1)
        total = tf.reduce_sum(self.log_probabilities, axis=1)
        return tf.math.divide_no_nan(total, tf.cast(count, total.dtype))


def never_written(vocabulary_size):
    """What to add to logits so that padding and `<sos>` are never chosen.

    Args:
        vocabulary_size: Integer or scalar tensor.

    Returns:
        A float32 tensor of shape `(vocabulary_size,)`.
    """
    forbidden = tf.constant([[PAD_ID], [START_ID]])
    values = tf.fill([2], IMPOSSIBLE)
    return tf.scatter_nd(forbidden, values, [vocabulary_size])


def repeat_rows(states, count):
    """Repeats each row of each tensor, for so many hypotheses of every sentence.

    Args:
        states: A nest of tensors, each with the batch first.
        count: Integer.

    Returns:
        The same nest with tensors of `batch * count` rows.
    """
    return tf.nest.map_structure(lambda rows: tf.repeat(rows, count, axis=0), states)
