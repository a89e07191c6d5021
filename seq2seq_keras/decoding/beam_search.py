"""Keeping several hypotheses at every step."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import tensorflow as tf

from seq2seq_keras.decoding.base import SearchResult, States, Step
from seq2seq_keras.decoding.beam_steps import BeamSteps, OfBatch
from seq2seq_keras.decoding.constraints import AllOf, Constraint
from seq2seq_keras.decoding.scoring import power_divisor
from seq2seq_keras.decoding.search_options import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.options import ranges_of
from seq2seq_keras.ranges import checks_numbers


@checks_numbers(ranges_of(SearchOptions))
def beam_search(
    step: Step,
    states: States,
    *,
    beam_width: int,
    max_length: int | tf.Tensor,
    finished: tf.Tensor,
    memory: States | None = None,
    n_best: int = 1,
    beam_groups: int = 1,
    diversity_penalty: float = 0.5,
    length_normalization: str = "average",
    length_penalty: float = 1.0,
    coverage_penalty: float = 0.0,
    source_mask: tf.Tensor | None = None,
    constraints: Sequence[Constraint] = (),
    attention: bool = True,
) -> SearchResult:
    """Decodes a batch, keeping the best `beam_width` hypotheses at every step.

    A hypothesis is complete when it ends with `<eos>` or has `max_length` tokens.
    Complete hypotheses are set apart: they do not grow, and they take no place from
    live ones. A continuation completes a hypothesis only if it is among the best
    `beam_width` of its step, so a beam of width 1 is greedy steps. A sentence is done
    when `beam_width` hypotheses are complete, or earlier if no live one can still
    come among the `n_best`.

    The score of a complete hypothesis is the sum of its log-probabilities divided by
    `length ** length_penalty` ("average"), `((5 + length) / 6) ** length_penalty`
    ("gnmt") or 1 ("none"), and `coverage_penalty` times the sum over source tokens of
    `log(min(attention it got, 1))`, which is 0 or less.

    The hypotheses of a sentence may form groups, each a beam of its own of
    `beam_width / beam_groups` hypotheses. In each step one group chooses after the
    other, and a token that `n` hypotheses of those before it have just written is
    `diversity_penalty * n` further down for it. That decides what a group keeps, and
    is no part of a score. The `n_best` are those of all groups.

    Args:
        step: A function `(token_ids, states) -> (logits, states)`, see
            `seq2seq_keras.decoding.base`.
        states: What the first step is given, a dictionary of tensors with the batch
            first.
        beam_width: Integer.
        max_length: Integer, or int32 tensor `(batch,)`. The most tokens of a
            hypothesis, `<eos>` included.
        finished: Boolean tensor, shape `(batch,)`: rows that stay empty.
        memory: Optional dictionary of what the step also takes but does not change;
            all hypotheses of a sentence share it.
        n_best: Integer, at most `beam_width`. How many hypotheses to return.
        beam_groups: Integer. How many groups the hypotheses form; `beam_width` is a
            multiple of it.
        diversity_penalty: Float, 0 or more; see above.
        length_normalization: "average", "gnmt" or "none".
        length_penalty: Float, 0 or more.
        coverage_penalty: Float, 0 or more. Needs `attention_weights` in the states.
        source_mask: Optional boolean tensor, `(batch, source_length)`: the source
            tokens that `coverage_penalty` asks about. Defaults to all.
        constraints: Sequence of `Constraint`s.
        attention: Whether attention weights are returned, if there are any.

    Returns:
        A `SearchResult`.

    Raises:
        InputError: If `n_best` is more than `beam_width`, `beam_width` is no multiple
            of `beam_groups`, or there is no attention for `coverage_penalty`.

    Example:

    >>> def a_or_b(token_ids, states):  # 4 or 5 with 0.6 and 0.4, then <eos>
    ...     first = tf.math.log([0.0, 0.0, 0.0, 0.0, 0.6, 0.4])
    ...     then = tf.math.log([0.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    ...     return tf.where(token_ids[:, None] == 2, first, then), states
    >>> one = tf.zeros(1, bool)
    >>> best = beam_search(
    ...     a_or_b, {}, beam_width=2, n_best=2, max_length=5, finished=one
    ... )
    >>> best.token_ids.numpy()
    array([[[4, 3],
            [5, 3]]], dtype=int32)

    Reference:
        - [Graves, 2012](https://arxiv.org/abs/1211.3711): beam steps.
        - [Wu et al., 2016](https://arxiv.org/abs/1609.08144), equation 14.
        - [Vijayakumar et al., 2018](https://arxiv.org/abs/1610.02424), algorithm 1
          with Hamming diversity: groups.
    """
    options = SearchOptions(
        beam_width=beam_width,
        n_best=n_best,
        beam_groups=beam_groups,
        length_normalization=cast(Any, length_normalization),
        length_penalty=length_penalty,
    )
    if coverage_penalty and "attention_weights" not in states:
        raise InputError("`coverage_penalty` needs a model with attention.")
    return run_beam_search(
        step,
        states,
        beam_width=beam_width,
        n_best=n_best,
        beam_groups=beam_groups,
        diversity_penalty=diversity_penalty,
        divisor=power_divisor(*options.length_terms),
        max_length=max_length,
        finished=finished,
        memory=memory,
        coverage_penalty=coverage_penalty,
        source_mask=source_mask,
        constraints=constraints,
        attention=attention,
    )


def run_beam_search(
    step: Step,
    states: States,
    *,
    beam_width: int | tf.Tensor,
    n_best: int | tf.Tensor,
    divisor: Callable[[tf.Tensor], tf.Tensor],
    max_length: int | tf.Tensor,
    finished: tf.Tensor,
    memory: States | None = None,
    beam_groups: int = 1,
    diversity_penalty: float = 0.5,
    coverage_penalty: float | tf.Tensor = 0.0,
    source_mask: tf.Tensor | None = None,
    constraints: Sequence[Constraint] = (),
    attention: bool = True,
    plain: bool = False,
) -> SearchResult:
    """`beam_search` with a function that divides scores, and numbers or scalars.

    `plain` is as of `growing_array`.
    """
    steps = BeamSteps(
        step=step,
        constraint=AllOf(constraints) if constraints else None,
        batch_size=tf.size(finished),
        width=beam_width,
        n_best=n_best,
        divisor=divisor,
        coverage_penalty=coverage_penalty,
        attends=attention and "attention_weights" in states,
        plain=plain,
        groups=beam_groups,
        diversity_penalty=diversity_penalty,
    )
    of_batch = OfBatch(
        positions=tf.range(steps.batch_size),
        max_length=tf.broadcast_to(max_length, tf.shape(finished)),
        source_mask=() if source_mask is None else source_mask,
        memory=memory or {},
    )
    return steps.result(*steps.run(states, finished, of_batch), finished)
