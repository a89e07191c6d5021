"""The search that the options ask for."""

from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from seq2seq_keras.decoding.avoidance import Avoid, Avoidance
from seq2seq_keras.decoding.base import SearchResult, States, Step
from seq2seq_keras.decoding.beam_search import run_beam_search
from seq2seq_keras.decoding.constraints import (
    AllowedOutputs,
    BlockNgrams,
    Constraint,
    MinimumLength,
    Prefix,
    RepetitionPenalty,
    Trie,
)
from seq2seq_keras.decoding.greedy_search import greedy_search
from seq2seq_keras.decoding.sampling import sample
from seq2seq_keras.decoding.scoring import power_divisor
from seq2seq_keras.decoding.search_inputs import SearchInputs
from seq2seq_keras.decoding.search_options import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import END_ID, PAD_ID

_MOST = 2.0**30  # tokens, as one more is an integer yet


def search(
    step: Step,
    states: States,
    *,
    options: SearchOptions | SearchInputs,
    source_token_ids: tf.Tensor,
    memory: States | None = None,
    prefix: tf.Tensor | None = None,
    allowed: Trie | None = None,
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
        prefix: Optional int32 tensor, shape `(batch, prefix_length)`, padded with 0:
            what each translation begins with.
        allowed: Optional `Trie`: the only translations there may be.
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
                    f"`{name}` works on attention weights, and the model, or one of an "
                    'ensemble, has none: build it with `attention="luong"`, '
                    '`"bahdanau"` or `"hard"`.'
                )
    is_word = (source_token_ids != PAD_ID) & (source_token_ids != END_ID)
    lengths = tf.math.count_nonzero(is_word, axis=1, dtype=tf.int32)
    max_length = _max_length(options, lengths)
    shared: dict[str, Any] = {
        "max_length": max_length,
        "finished": lengths == 0,
        "memory": memory,
        "constraints": [
            *_constraints_of_texts(prefix, allowed, avoidance, max_length),
            *_constraints(options, lengths, max_length),
        ],
        "divisor": power_divisor(*options.length_terms),
        # What was attended to is what replaces an unknown word.
        "attention": details or options.replace_unknown,
    }
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
    *parts, _ = found  # There is no trace.
    return SearchResult(*(None if part is None else part[:, None] for part in parts))


def _asked(value: Any, neutral: float = 0) -> bool:
    """Whether an option does something; a tensor may."""
    return tf.is_tensor(value) or value != neutral


def _max_length(
    options: SearchOptions | SearchInputs, source_lengths: tf.Tensor
) -> tf.Tensor:
    if options.max_length_ratio is None:
        return tf.fill(tf.shape(source_lengths), options.max_length)
    # `<eos>` comes on top of the words that the ratio is about.
    relative = _times(options.max_length_ratio, source_lengths) + 1
    return tf.minimum(relative, options.max_length)


def _times(ratio: float | tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Rounded up, but for what is rounding: 25 times 1.2 is 30, in float32 too."""
    product = ratio * tf.cast(lengths, tf.float32) * (1 - 1e-6)
    # A large ratio, which is to limit nothing, times a long source is no integer.
    return tf.cast(tf.math.ceil(tf.minimum(product, _MOST)), tf.int32)


def _constraints_of_texts(
    prefix: tf.Tensor | None,
    allowed: Trie | None,
    avoidance: Avoidance | None,
    max_length: tf.Tensor,
) -> Iterator[Constraint]:
    if avoidance is not None:
        yield Avoid(avoidance, max_length)
    if prefix is not None:
        yield Prefix(prefix, max_length)
    if allowed is not None:
        yield AllowedOutputs(allowed, max_length)


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
