"""What a beam search returns."""

from typing import NamedTuple

import tensorflow as tf


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


class BeamResult(NamedTuple):
    """What a beam search found, best first.

    Attributes:
        token_ids: int32, shape `(batch, n_best, length)`: the tokens, then `<eos>`
            unless the length ran out, then padding.
        log_probabilities: float32, the same shape: the model's, of each token given
            those before it; 0 for padding.
        scores: float32, shape `(batch, n_best)`: what the hypotheses are ranked by;
            minus infinity where there is no such hypothesis.
        attention_weights: float32, shape `(batch, n_best, length, source_length)`:
            the weights with which each token was chosen; `None` without attention.
        trace: `BeamTrace`.
    """

    token_ids: tf.Tensor
    log_probabilities: tf.Tensor
    scores: tf.Tensor
    attention_weights: tf.Tensor | None
    trace: BeamTrace | None
