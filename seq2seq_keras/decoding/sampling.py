"""Drawing the next token at random."""

from collections.abc import Callable, Sequence

import tensorflow as tf

from seq2seq_keras.decoding.base import SearchResult, States, Step
from seq2seq_keras.decoding.constraints import Constraint
from seq2seq_keras.decoding.greedy_search import write_tokens
from seq2seq_keras.decoding.search_options import SearchOptions
from seq2seq_keras.options import ranges_of
from seq2seq_keras.ranges import checks_numbers

# How many tokens are sorted first where only the likeliest are drawn from.
_FEW = 256


@checks_numbers(ranges_of(SearchOptions))
def sample(
    step: Step,
    states: States,
    *,
    max_length: int | tf.Tensor,
    finished: tf.Tensor,
    seeds: tf.Tensor,
    memory: States | None = None,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    constraints: Sequence[Constraint] = (),
    divisor: Callable[[tf.Tensor], tf.Tensor] | None = None,
    attention: bool = True,
) -> SearchResult:
    """Decodes a batch by drawing each token from the model's distribution.

    What a row gets depends on its own seed only, not on the rows beside it.

    Args:
        step: A function `(token_ids, states) -> (logits, states)`, see
            `seq2seq_keras.decoding.base`.
        states: What the first step is given, each tensor with the batch first.
        max_length: Integer, or int32 tensor `(batch,)`. The most tokens a row may
            get, `<eos>` included.
        finished: Boolean tensor, shape `(batch,)`: rows that stay empty.
        seeds: int32 tensor, shape `(batch, 2)`.
        memory: Optional dictionary of what the step also takes but does not change.
        temperature: Float above 0. Divides the log-probabilities first: below 1 for
            likelier tokens, above 1 for more variety.
        top_k: Integer. Draws among the likeliest so many tokens; 0 for all.
        top_p: Float in (0, 1]. Draws among the likeliest tokens that together have
            at least this probability.
        constraints: Sequence of `Constraint`s.
        divisor: As of `greedy_search`.
        attention: Whether attention weights are returned, if there are any.

    Returns:
        A `SearchResult` without the axis `n_best`; its log-probabilities are those of
        the model, whatever the temperature.

    Example:

    >>> def coin(token_ids, states):
    ...     return tf.math.log([[0.0, 0.0, 0.0, 0.0, 0.5, 0.5]]), states
    >>> options = {"max_length": 4, "finished": tf.zeros(1, bool)}
    >>> first = sample(coin, {}, seeds=tf.constant([[0, 1]]), **options)
    >>> again = sample(coin, {}, seeds=tf.constant([[0, 1]]), **options)
    >>> bool(tf.reduce_all(first.token_ids == again.token_ids))
    True

    Reference:
        - [Fan et al., 2018](https://arxiv.org/abs/1805.04833): top k.
        - [Holtzman et al., 2020](https://arxiv.org/abs/1904.09751): top p.
    """
    # One step is taken in any case, even for an empty batch.
    numbers = _uniform(seeds, tf.maximum(tf.reduce_max(max_length), 1))

    def draw(
        log_probabilities: tf.Tensor, index: tf.Tensor, rows: tf.Tensor
    ) -> tf.Tensor:
        values, token_ids = log_probabilities / temperature, None
        if top_k:
            count = tf.minimum(top_k, tf.shape(values)[-1])
            values, token_ids = tf.math.top_k(values, count)
        probabilities = tf.nn.softmax(values)
        if top_p < 1.0:
            if not top_k:
                probabilities, token_ids = _likeliest(probabilities, top_p)
            # The first token that brings the sum to top_p is still drawn from.
            before = tf.cumsum(probabilities, axis=-1, exclusive=True)
            probabilities = tf.where(before < top_p, probabilities, 0.0)
        place = _draw(probabilities, tf.gather(numbers[:, index], rows))
        if token_ids is None:
            return place
        return tf.gather(token_ids, place, batch_dims=1)

    return write_tokens(
        step,
        states,
        choose=draw,
        max_length=max_length,
        finished=finished,
        memory=memory,
        constraints=constraints,
        divisor=divisor,
        attention=attention,
    )


def _uniform(seeds: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
    """A number in [0, 1) for each token of each row, `(batch, length)`."""
    # One row more, since those of an empty batch could not be stacked. The algorithm
    # is named, so that it is the same on every device.
    return tf.map_fn(
        lambda seed: tf.random.stateless_uniform([length], seed, alg="philox"),
        tf.pad(seeds, [[0, 1], [0, 0]]),
        fn_output_signature=tf.float32,
    )[:-1]


def _likeliest(probabilities: tf.Tensor, top_p: float) -> tuple[tf.Tensor, tf.Tensor]:
    """The likeliest tokens, in order, with `top_p` together; and their ids."""
    size = tf.shape(probabilities)[-1]
    # To sort a whole vocabulary takes longer than to decode; mostly a few are enough.
    values, token_ids = tf.math.top_k(probabilities, tf.minimum(_FEW, size))
    suffice = tf.reduce_all(tf.cumsum(values, axis=-1)[:, -1] >= top_p)
    return tf.cond(
        suffice,
        lambda: (values, token_ids),
        lambda: tuple(tf.math.top_k(probabilities, size)),
    )


def _draw(probabilities: tf.Tensor, numbers: tf.Tensor) -> tf.Tensor:
    """The place in each row where the sum of what is before passes its number."""
    total = tf.cumsum(probabilities, axis=-1)
    point = numbers[:, None] * total[:, -1:]
    return tf.math.count_nonzero(total <= point, axis=-1, dtype=tf.int32)
