"""What a training's options leave to the data or to a file: which tokenizers it has."""

import dataclasses
import itertools
from typing import Any, TypeVar

from seq2seq_keras.data import DataOptions, Pairs, PairStream, ShardedPairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.terminal import show
from seq2seq_keras.text import (
    TokenizerChoice,
    choose_tokenizer,
    sentencepiece_algorithm,
    split_features,
)

_Config = TypeVar("_Config", bound=DataOptions)

_SAMPLE = 2000  # pairs that are looked at
SUBWORDS = ("bpe", "unigram")


def settle_tokenizers(
    config: _Config, pairs: Pairs | PairStream | ShardedPairs
) -> _Config:
    """Settles which tokenizer each side has, and says so where the data decide.

    Args:
        config: `DataOptions`.
        pairs: The training pairs, of which some are looked at if need be: from all
            over, or the first of a stream. The same pairs settle the same.

    Returns:
        The options with `tokenizer` and `target_tokenizer` as they are to be: neither
        "auto", nor `None` for `tokenizer`. What is settled stays as it is.

    Raises:
        InputError: If a file of `vocabulary` cannot have the tokenizer that is given.
    """
    kinds: list[Any] = [config.tokenizer, config.target_tokenizer or config.tokenizer]
    for side, path in enumerate(config.vocabularies()):
        if path is not None:
            kinds[side] = _kind_of_file(path, kinds[side])
    if None in kinds or "auto" in kinds:
        choices = _choices(config, kinds, pairs)
        if None in kinds:
            _suggest(config, kinds, choices)
        for side, name in enumerate(("source", "target")):
            if kinds[side] == "auto":
                kind, reason, example = choices[side]
                kinds[side] = kind
                show(f"Tokenizer of the {name}: {kind}, as {reason}, such as {example}")
    source, target = (kind or "word" for kind in kinds)
    if (source, target) == (config.tokenizer, config.target_tokenizer or source):
        return config
    settled: dict[str, Any] = {"tokenizer": source, "target_tokenizer": None}
    if target != source:
        settled["target_tokenizer"] = target
    return dataclasses.replace(config, **settled)


def _kind_of_file(path: str, kind: str | None) -> str:
    """The tokenizer of a vocabulary that comes from a file."""
    algorithm = sentencepiece_algorithm(path)
    if algorithm is None:
        if kind in SUBWORDS:
            raise InputError(
                f"{path} is a list of tokens; {kind} needs a SentencePiece model. Text "
                "that is cut into such pieces already needs the tokenizer space."
            )
        # As the tools do that write such files.
        return kind or "space"
    if kind not in (None, "auto", algorithm):
        raise InputError(
            f"{path} is a SentencePiece model that cuts text as {algorithm} does, and "
            f"cannot have the tokenizer {kind}. Leave that out."
        )
    return algorithm


def _choices(
    config: DataOptions, kinds: list, pairs: Pairs | PairStream | ShardedPairs
) -> list[TokenizerChoice]:
    """What suits source and target; with one vocabulary, what suits both."""
    if isinstance(pairs, ShardedPairs):
        pairs = pairs.first
    if isinstance(pairs, Pairs):
        sample = pairs.evenly_spaced(_SAMPLE)
    else:
        sample = PairStream(lambda: itertools.islice(pairs, _SAMPLE)).read()
    sources = sample.source
    if config.has_features:
        sources = [split_features(source)[1] for source in sources]
    if kinds[0] == kinds[1] and shared_by(config):
        return [choose_tokenizer([*sources, *sample.target])] * 2
    return [choose_tokenizer(side) for side in (sources, sample.target)]


def shared_by(config: DataOptions) -> str | None:
    """The option that asks for one vocabulary for both sides, if one does."""
    names = ("share_embeddings", "share_vocabulary")
    return next((name for name in names if getattr(config, name, False)), None)


def _suggest(config: DataOptions, kinds: list, choices: list[TokenizerChoice]) -> None:
    """Says once what the data look like, where words are their tokens by default."""
    undecided = [side for side in (0, 1) if kinds[side] is None]
    unlike = [side for side in undecided if choices[side].name != "word"]
    if not unlike:
        return
    told = "; ".join(
        f"of the {('source', 'target')[side]} {choices[side].reason}, such as "
        f"{choices[side].example}"
        for side in unlike
    )
    names = [choices[side].name for side in undecided]
    options = f"`--tokenizer {names[0]}`"
    if names[-1] != names[0]:
        options += f" and `--target-tokenizer {names[-1]}`"
    show(f"The tokens are words, but {told}: {options}, or auto, may suit them.")
