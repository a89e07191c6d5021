"""What one call of a translator asks for."""

import functools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.ranges import Range
from seq2seq_keras.special_tokens import END_ID, PAD_ID, START_ID, UNKNOWN_ID
from seq2seq_keras.text import NOT_COPIED, normalize_in_python
from seq2seq_keras.translation.rescoring import RescoringOptions

if TYPE_CHECKING:
    from seq2seq_keras.decoding import Avoidance, Trie
    from seq2seq_keras.text import Tokenizer

# TensorFlow's stateless generators take two integers of 32 bits.
_SEED = Range(-(2**31), 2**31 - 1, whole=True)


class SearchRequest(NamedTuple):
    """How to search, and what is asked of the translations of these very texts.

    Attributes:
        options: `SearchOptions`.
        prefix: Optional string that every translation begins with, or a list with one
            for each text.
        avoid: List of words or phrases that no translation contains, whichever tokens
            they are cut into and joined by; with tokens that are characters, within
            words too.
        allowed: List of strings: the only translations there may be. Empty for no
            such rule.
        seed: Integer. With `sample=True` the same seed draws the same translations,
            whatever the batches.
        rescore: Optional `Translator` that judges what a beam, or a draw, has found,
            such as one that reads targets from their end (`reverse_target`): the
            translations are in the order of the scores of both models, see
            `RescoringOptions`. Its targets may have other tokens.
        rescore_weight: Float. The part of that translator.
        rescore_length: Float. What each token adds to a score.
    """

    options: SearchOptions
    prefix: Any = None
    avoid: Sequence[str] = ()
    allowed: Sequence[str] = ()
    seed: int = 0
    rescore: Any = None
    rescore_weight: float = RescoringOptions.rescore_weight
    rescore_length: float = RescoringOptions.rescore_length

    @classmethod
    def of(cls, defaults: SearchOptions, given: dict[str, Any]) -> "SearchRequest":
        """The request that some fields of this class and of `SearchOptions` make."""
        own = {name: given[name] for name in cls._fields[1:] if name in given}
        search = {name: value for name, value in given.items() if name not in own}
        own["seed"] = _SEED.check("seed", own.get("seed", 0))
        for name in ("prefix", "avoid", "allowed"):
            own[name] = _as_texts(name, own.get(name))
        options = defaults
        if search:
            options = defaults.replace(**search)
            options.check_effect(search)
        if own["seed"] and not options.sample:
            raise InputError(
                "`seed` does nothing without `sample`. "
                f"Received: seed={own['seed']}, sample=False"
            )
        _check_rescoring(options, own)
        return cls(options, **own)

    @property
    def decides(self) -> bool:
        """Whether the best hypothesis of the search need not be the translation."""
        return self.options.decision != "map" or self.rescore is not None

    def describe(self, judge: str = "another model") -> str:
        """How it is searched, in words, to stand beside a score.

        Args:
            judge: What to call the `rescore`.

        Returns:
            A string.

        Example:

        >>> SearchRequest.of(SearchOptions(), {"sample": True, "seed": 5}).describe()
        'sampling, seed=5'
        """
        parts = [self.options.describe()]
        parts += [f"seed={self.seed}"] if self.seed else []
        rules = [name for name in ("prefix", "avoid", "allowed") if getattr(self, name)]
        parts += [f"with `{name}`" for name in rules]
        if self.rescore is not None:
            weights = f"{self.rescore_weight:g}, {self.rescore_length:g}"
            parts.append(f"rescored by {judge} ({weights})")
        return ", ".join(parts)

    def inputs(
        self, target_tokenizer: "Tokenizer", count: int, first: int = 1
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """What the graph takes beside `count` texts, counted from `first`.

        Two dictionaries: arrays with a row for each text, and tensors for all of them.
        """
        for name in ("prefix", "avoid"):
            if target_tokenizer.is_reversed and getattr(self, name):
                raise InputError(
                    f"`{name}` looks at translations from left to right, and this "
                    "model writes them from their end (`reverse_target`)."
                )
        each: dict[str, np.ndarray] = {}
        shared: dict[str, Any] = {}
        if self.options.sample:
            each["number"] = np.arange(first, first + count, dtype="int32")
            shared["seed"] = np.int32(self.seed)
        if self.prefix is not None:
            prefixes = self._prefixes(target_tokenizer, count)
            each["prefix"] = np.array([text.encode() for text in prefixes], object)
        if self.avoid:
            shared["avoid"] = _avoidance(tuple(self.avoid), target_tokenizer)
        if self.allowed:
            most = self.options.max_length
            shared["allowed"] = _trie(tuple(self.allowed), target_tokenizer, most)
        return each, shared

    def check_copies(
        self, tokens: Iterable[str], target_tokenizer: "Tokenizer"
    ) -> None:
        """Refuses to avoid what could be copied.

        Args:
            tokens: The tokens of sources, strings, `NOT_COPIED` among them.
            target_tokenizer: The tokenizer of the target.

        Raises:
            InputError: If a source has part of a phrase to avoid, in a token that the
                target vocabulary lacks: to copy it is not held back.
        """
        from seq2seq_keras.decoding import WORD_BORDER

        known = (*target_tokenizer.vocabulary, NOT_COPIED)
        owners: dict[str, str] = {}
        for token in sorted(set(tokens).difference(known)):
            for part in target_tokenizer.spelling(token).split(WORD_BORDER):
                owners.setdefault(part, token)
        spelled = _spelled(tuple(self.avoid), target_tokenizer)
        for phrase, spelling in zip(self.avoid, spelled, strict=True):
            words = set(spelling.split(WORD_BORDER)) - {""}
            if found := [owners[word] for word in words if word in owners]:
                raise InputError(
                    f"`avoid` has {phrase!r}, and a source has {min(found)!r}, which "
                    "the target vocabulary lacks and the model may copy. Take it out "
                    "of the source, or translate without copying."
                )

    def _prefixes(self, target_tokenizer: "Tokenizer", count: int) -> list[str]:
        one = isinstance(self.prefix, str)
        prefixes = [self.prefix] * count if one else list(self.prefix)
        if len(prefixes) != count:
            raise InputError(
                "`prefix` is one string, or a list with one for each text. "
                f"Received: {len(prefixes)} prefixes for {count} texts"
            )
        prefixes = _normalized(prefixes, target_tokenizer)
        most = self.options.max_length
        _token_ids("prefix", sorted(set(prefixes)), target_tokenizer, most)
        return prefixes


def _check_rescoring(options: SearchOptions, given: dict[str, Any]) -> None:
    """Refuses weights of a judge that are out of range or have none, and no judge."""
    scorer = given.get("rescore")
    names = [name for name in given if name.startswith("rescore_")]
    if scorer is None:
        if names:
            raise InputError(f"`{names[0]}` does nothing without `rescore`.")
        return
    if not hasattr(scorer, "token_log_probabilities"):
        raise InputError(
            "`rescore` must be a `Translator`, of a saved model. Received: a "
            f"{type(scorer).__name__}"
        )
    if options.width < 2:
        raise InputError(
            "`rescore` does nothing without a `beam_width` of 2 or more, or several "
            "draws of `sample`, to choose from."
        )
    if options.sample and options.decision == "mbr":
        raise InputError(
            "`rescore` does nothing where drawn texts decide (`decision`): they count "
            "alike, however probable they are."
        )
    checked = RescoringOptions(**{name: given[name] for name in names})
    given |= {name: getattr(checked, name) for name in names}


def _token_ids(
    name: str, texts: list[str], tokenizer: "Tokenizer", max_length: int
) -> list[list[int]]:
    """Token ids of texts that a translation can be, or begin with."""
    rows = tokenizer.tokenize(texts)
    for text, token_ids in zip(texts, rows, strict=True):
        if UNKNOWN_ID in token_ids:
            unknown = tokenizer.split(text)[token_ids.index(UNKNOWN_ID)]
            raise InputError(
                f"`{name}` has {unknown!r} in {text!r}, which the target "
                "vocabulary lacks, so it cannot be written."
            )
        if len(token_ids) >= max_length:
            raise InputError(
                f"`{name}` has {text!r}, which is {len(token_ids)} tokens and "
                f"`<eos>`: more than `max_length`, {max_length}."
            )
    return rows


# Of the last requests, since each is asked for once for every batch.
@functools.lru_cache(8)
def _spelled(phrases: tuple[str, ...], tokenizer: "Tokenizer") -> list[str]:
    return tokenizer.spell(phrases)


@functools.lru_cache(8)
def _avoidance(phrases: tuple[str, ...], tokenizer: "Tokenizer") -> "Avoidance":
    from seq2seq_keras.decoding import make_avoidance

    spelled = _spelled(phrases, tokenizer)
    if "" in spelled:
        raise InputError(
            f"`avoid` has a blank text, {phrases[spelled.index('')]!r}: name words."
        )
    spellings = [tokenizer.spelling(token) for token in tokenizer.vocabulary]
    for token_id in (PAD_ID, START_ID, END_ID):
        spellings[token_id] = tokenizer.spelling("")
    return make_avoidance(spelled, spellings)


@functools.lru_cache(8)
def _trie(texts: tuple[str, ...], tokenizer: "Tokenizer", max_length: int) -> "Trie":
    from seq2seq_keras.decoding import make_trie

    allowed = _normalized(texts, tokenizer)
    return make_trie(_token_ids("allowed", allowed, tokenizer, max_length))


def _as_texts(name: str, texts: Any) -> str | list[str] | None:
    """A string, or a list of whatever has several; `None` for no prefix."""
    if name == "prefix" and (texts is None or isinstance(texts, str)):
        return texts
    if texts is None or isinstance(texts, str):
        return [texts] if texts else []
    try:
        # What is to be avoided, or allowed, twice is so once.
        return list(texts if name == "prefix" else dict.fromkeys(texts))
    except TypeError as error:
        raise InputError(
            f"`{name}` must be a string or a list of strings. Received: {texts!r}"
        ) from error


def _normalized(texts: Iterable[str], tokenizer: "Tokenizer") -> list[str]:
    return normalize_in_python(texts, tokenizer.unicode_form)
