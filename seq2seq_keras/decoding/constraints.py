"""Rules for what may be written, whatever the search."""

import abc

import tensorflow as tf

from seq2seq_keras.decoding.step import IMPOSSIBLE
from seq2seq_keras.special_tokens import END_ID, PAD_ID


class Constraint(abc.ABC):
    """Changes the log-probabilities that a search ranks the next tokens by.

    What it remembers of a hypothesis is its state, a nest of tensors with a row for
    each hypothesis. Searches repeat and re-order it as they do the decoder's states.
    The model's own log-probabilities, which a search reports, stay as they are.
    """

    def initial_state(self, batch_size):
        """The state before the first token, with a row for each sentence."""
        return ()

    @abc.abstractmethod
    def __call__(self, log_probabilities, index, state):
        """Log-probabilities `(rows, vocabulary_size)` to rank by instead.

        `index` is the number of tokens decided so far. What may not be written gets
        `IMPOSSIBLE` added; nothing may become more than 0, since the beam search
        relies on sums that only fall.
        """

    def advance(self, token_ids, index, state):
        """The state after `token_ids`, `(rows,)`, have been written."""
        return state


class AllOf(Constraint):
    """Several constraints as one, each applied to what those before it left.

    Args:
        constraints: Sequence of `Constraint`s.
    """

    def __init__(self, constraints):
        self.constraints = tuple(constraints)

    def initial_state(self, batch_size):
        return tuple(each.initial_state(batch_size) for each in self.constraints)

    def __call__(self, log_probabilities, index, state):
        for each, own in zip(self.constraints, state, strict=True):
            log_probabilities = each(log_probabilities, index, own)
        return log_probabilities

    def advance(self, token_ids, index, state):
        return tuple(
            each.advance(token_ids, index, own)
            for each, own in zip(self.constraints, state, strict=True)
        )


class MinimumLength(Constraint):
    """No `<eos>` before a length is reached.

    Args:
        length: int32 tensor, shape `(batch,)`. The fewest tokens, `<eos>` counted.
    """

    def __init__(self, length):
        self.length = length

    def initial_state(self, batch_size):
        return tf.broadcast_to(self.length, [batch_size])

    def __call__(self, log_probabilities, index, state):
        is_end = tf.range(tf.shape(log_probabilities)[-1]) == END_ID
        return forbid(log_probabilities, is_end & (index + 1 < state)[:, None])


class Prefix(Constraint):
    """Every hypothesis begins with given tokens.

    Args:
        token_ids: int32 tensor, shape `(batch, prefix_length)`, padded with 0.
    """

    def __init__(self, token_ids):
        self.token_ids = token_ids

    def initial_state(self, batch_size):
        return self.token_ids

    def __call__(self, log_probabilities, index, state):
        # Padding has no say, and behind the last column there is padding.
        padded = tf.pad(state, [[0, 0], [0, 1]], constant_values=PAD_ID)
        forced = padded[:, tf.minimum(index, tf.shape(state)[1])][:, None]
        is_other = tf.range(tf.shape(log_probabilities)[-1]) != forced
        return forbid(log_probabilities, is_other & (forced != PAD_ID))


class Avoid(Constraint):
    """No hypothesis contains any of some phrases.

    Args:
        phrases: int32 tensor, shape `(count, length)`: token ids, padded with 0 on
            the right.
    """

    def __init__(self, phrases):
        # Padded on the left, the last tokens stand in one column; there is a column
        # even if there is no phrase.
        phrases = tf.pad(phrases, [[0, 0], [1, 0]])
        length = tf.shape(phrases)[1]
        shift = tf.math.count_nonzero(phrases, axis=1, dtype=tf.int32) + 1
        places = (tf.range(length) + shift[:, None]) % length
        self.phrases = tf.gather(phrases, places, batch_dims=1)

    def initial_state(self, batch_size):
        # As many tokens as come before the last one of a phrase.
        return tf.fill([batch_size, tf.shape(self.phrases)[1] - 1], PAD_ID)

    def __call__(self, log_probabilities, index, state):
        before = self.phrases[:, :-1]
        # (rows, count, length - 1); padding before a phrase goes with anything
        matches = (before == PAD_ID) | (before == state[:, None])
        said = tf.reduce_all(matches, axis=-1) & (self.phrases[:, -1] != PAD_ID)
        size = tf.shape(log_probabilities)[-1]
        last = tf.one_hot(self.phrases[:, -1], size)
        return forbid(log_probabilities, tf.matmul(tf.cast(said, last.dtype), last) > 0)

    def advance(self, token_ids, index, state):
        return tf.concat([state, token_ids[:, None]], axis=1)[:, 1:]


class _WithHistory(Constraint):
    """Remembers all tokens of a hypothesis.

    Args:
        max_length: int32 scalar: the most tokens there will be.
    """

    def __init__(self, max_length):
        self.max_length = max_length

    def initial_state(self, batch_size):
        return tf.fill([batch_size, self.max_length], PAD_ID)

    def advance(self, token_ids, index, state):
        is_now = tf.range(tf.shape(state)[1]) == index
        return tf.where(is_now, token_ids[:, None], state)


class RepetitionPenalty(_WithHistory):
    """Tokens that were written before are less likely to be written again.

    Their log-probabilities are multiplied by `penalty`, so scores are lower too.

    Args:
        penalty: Float, 1 or more.
        max_length: int32 scalar.

    Reference:
        - [Keskar et al., 2019](https://arxiv.org/abs/1909.05858), section 4.1.
    """

    def __init__(self, penalty, max_length):
        super().__init__(max_length)
        self.penalty = penalty

    def __call__(self, log_probabilities, index, state):
        written = _mark(state, state != PAD_ID, tf.shape(log_probabilities)[-1])
        return tf.where(written, self.penalty * log_probabilities, log_probabilities)


class BlockNgrams(_WithHistory):
    """No sequence of `size` tokens occurs twice.

    Args:
        size: Integer, 1 or more.
        max_length: int32 scalar.

    Reference:
        - [Paulus et al., 2018](https://arxiv.org/abs/1705.04304), section 2.5.
    """

    def __init__(self, size, max_length):
        super().__init__(max_length)
        self.size = size

    def __call__(self, log_probabilities, index, state):
        known = self.size - 1
        # Room for the window, so that every position has one.
        padded = tf.pad(state, [[0, 0], [known, known]], constant_values=PAD_ID)
        count = tf.shape(state)[1]
        latest = padded[:, index : index + known]
        same = tf.ones_like(state, tf.bool)
        for offset in range(known):
            earlier = padded[:, known + offset : known + offset + count]
            same &= earlier == latest[:, offset : offset + 1]
        following = padded[:, 2 * known : 2 * known + count]
        same &= (following != PAD_ID) & (index >= known)
        again = _mark(following, same, tf.shape(log_probabilities)[-1])
        return forbid(log_probabilities, again)


def forbid(log_probabilities, forbidden):
    """Log-probabilities of which some tokens are impossible.

    Args:
        log_probabilities: Shape `(rows, vocabulary_size)`.
        forbidden: Boolean tensor that broadcasts to that shape.

    Returns:
        A tensor of the same shape.
    """
    return log_probabilities + tf.where(forbidden, IMPOSSIBLE, 0.0)


def _mark(token_ids, where, vocabulary_size):
    """Which tokens of the vocabulary occur in each row: `(rows, vocabulary_size)`."""
    rows = tf.shape(token_ids)[0]
    row = tf.broadcast_to(tf.range(rows)[:, None], tf.shape(token_ids))
    indices = tf.stack([row, token_ids], axis=-1)
    counts = tf.scatter_nd(indices, tf.cast(where, tf.int32), [rows, vocabulary_size])
    return counts > 0
