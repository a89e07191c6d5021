"""The search that the options ask for."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding.avoidance import Avoid, Avoidance
from seq2seq_keras.decoding.base import SearchResult, States, Step
from seq2seq_keras.decoding.beam_search import run_beam_search
from seq2seq_keras.decoding.constraints import (
    BlockNgrams,
    Constraint,
    MinimumLength,
    RepetitionPenalty,
)
from seq2seq_keras.decoding.greedy_search import greedy_search
from seq2seq_keras.decoding.sampling import sample
from seq2seq_keras.decoding.scoring import length_divisor, power_divisor
from seq2seq_keras.decoding.search_inputs import SearchInputs
from seq2seq_keras.decoding.search_options import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import END_ID, PAD_ID


def search(
    step: Step,
    states: States,
    *,
    options: SearchOptions | SearchInputs,
    source_token_ids: tf.Tensor,
    memory: States | None = None,
    constraints: Iterable[Constraint] = (),
    avoidance: Avoidance | None = None,
    seeds: tf.Tensor | None = None,
    details: bool = True,
    plain: bool = False,
) -> SearchResult:
    """Searches for translations as `SearchOptions` say.

    Args:
        step: A function `(token_ids, states) -> (logits, states)`, see
            `seq2seq_keras.decoding.base`.
        states: What the first step is given.
        options: `SearchOptions`; or `SearchInputs`, for a graph that serves many.
        source_token_ids: int32, shape `(batch, source_length)`, each row ended by
            `<eos>`. A row with nothing else has an empty translation.
        memory: Optional dictionary of what the step also takes but does not change. A
            `source_mask`, boolean `(batch, source_length)`, says which source tokens
            attention sees: no others count for the coverage penalty.
        constraints: `Constraint`s beside those of the options.
        avoidance: Optional `Avoidance`: the words that are not to be written.
        seeds: int32 tensor, shape `(batch, 2)`, for sampling.
        details: Whether more is asked for than the token ids: log-probabilities and
            scores, attention weights, the tree of a beam search.
        plain: Whether the loops hold nothing but tensors, for other runtimes; not for
            sampling.

    Returns:
        A `SearchResult` with the axis `n_best`, whichever search it was.

    Raises:
        InputError: If an option needs attention and there is none.
    """
    if "attention_weights" not in states:
        for name in ("coverage_penalty", "replace_unknown"):
            if _asked(getattr(options, name)):
                raise InputError(
                    f"`{name}` works on attention weights, and the model has none: "
                    'build it with `attention="luong"` or `"bahdanau"`.'
                )
    is_word = (source_token_ids != PAD_ID) & (source_token_ids != END_ID)
    lengths = tf.math.count_nonzero(is_word, axis=1, dtype=tf.int32)
    max_length = _max_length(options, lengths)
    shared: dict[str, Any] = {
        "max_length": max_length,
        "finished": lengths == 0,
        "memory": memory,
        "constraints": [*constraints, *_constraints(options, lengths, max_length)],
        # What was attended to is what replaces an unknown word.
        "attention": details or options.replace_unknown,
    }
    if avoidance is not None:
        shared["constraints"].insert(0, Avoid(avoidance, max_length))
    covered = is_word
    if memory and "source_mask" in memory:
        # Attention cannot cover what it does not see, as features that are read apart.
        covered &= memory["source_mask"]
    if _asked(options.beam_width, 1):
        return run_beam_search(
            step,
            states,
            beam_width=options.beam_width,
            n_best=options.n_best,
            beam_groups=options.beam_groups,
            diversity_penalty=options.diversity_penalty,
            divisor=_divisor(options),
            plain=plain,
            coverage_penalty=options.coverage_penalty,
            source_mask=covered,
            **shared,
        )
    if options.sample:
        draw = {
            name: getattr(options, name) for name in ("temperature", "top_k", "top_p")
        }
        found = sample(step, states, seeds=seeds, **draw, **shared)
    else:
        found = greedy_search(step, states, details=details, plain=plain, **shared)
    return _with_n_best_axis(found, options, lengths == 0)


def _asked(value: Any, neutral: float = 0) -> bool:
    """Whether an option does something; a tensor may."""
    return tf.is_tensor(value) or value != neutral


def _divisor(options: SearchOptions | SearchInputs) -> Callable:
    if isinstance(options, SearchInputs):
        return power_divisor(options.length_offset, options.length_exponent)
    return length_divisor(options.length_normalization, options.length_penalty)


def _max_length(
    options: SearchOptions | SearchInputs, source_lengths: tf.Tensor
) -> tf.Tensor:
    if options.max_length_ratio is None:
        return tf.fill(tf.shape(source_lengths), options.max_length)
    # `<eos>` comes on top of the words that the ratio is about.
    relative = _times(options.max_length_ratio, source_lengths) + 1
    return tf.minimum(relative, options.max_length)


def _times(ratio: float | tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.math.ceil(ratio * tf.cast(lengths, tf.float32)), tf.int32)


def _constraints(
    options: SearchOptions | SearchInputs,
    source_lengths: tf.Tensor,
    max_length: tf.Tensor,
) -> Iterator[Constraint]:
    longest = tf.maximum(tf.reduce_max(max_length), 0)  # of an empty batch too
    if _asked(options.min_length) or _asked(options.min_length_ratio):
        relative = _times(options.min_length_ratio, source_lengths) + 1
        yield MinimumLength(tf.maximum(relative, options.min_length))
    if _asked(options.block_ngrams):
        yield BlockNgrams(options.block_ngrams, longest)
    # The last one, for it multiplies what the others forbid or leave.
    if _asked(options.repetition_penalty, 1):
        yield RepetitionPenalty(options.repetition_penalty, longest)


def _with_n_best_axis(
    found: SearchResult, options: SearchOptions | SearchInputs, empty: tf.Tensor
) -> SearchResult:
    """A search for one hypothesis as one for the best one, scored as in a beam."""
    weights = found.attention_weights
    best = SearchResult(
        token_ids=found.token_ids[:, None],
        attention_weights=None if weights is None else weights[:, None],
    )
    if found.log_probabilities is None:
        return best
    lengths = tf.math.count_nonzero(found.token_ids, axis=1)
    divisor = _divisor(options)
    totals = tf.reduce_sum(found.log_probabilities, axis=1)
    scores = tf.math.divide_no_nan(totals, divisor(lengths))
    # A sentence without a token, though not empty: every first token was forbidden.
    scores = tf.where((lengths == 0) & ~empty, -np.inf, scores)
    return best._replace(
        log_probabilities=found.log_probabilities[:, None], scores=scores[:, None]
    )
