"""Training a SentencePiece model, and drawing one of the ways to write a text with it.

SentencePiece draws too, but its generator cannot be made to repeat itself in another
process, and a seed must give the same training. So the two ways of drawing stand
here, on the pieces and scores of its models.
"""

import collections
import functools
import io
import itertools
import math
import random
import re
from collections.abc import Callable, Iterable
from typing import Any

from seq2seq_keras.errors import InputError, check_choice, import_optional
from seq2seq_keras.special_tokens import (
    END_ID,
    PAD_ID,
    SPECIAL_COUNT,
    START_ID,
    UNKNOWN_ID,
)

ALGORITHMS = ("bpe", "unigram")
DEFAULT_SIZE = 8000
BOUNDARY = "▁"  # U+2581, with which SentencePiece writes a space

# With a character that normalization leaves in no text, so that `<unk>` in a text is
# text. Their order is that of their ids.
META_PIECES = tuple(f"\x1f{name}" for name in ("pad", "unk", "bos", "eos"))
# What SentencePiece keeps for itself: it drops NUL, and every text with U+2585.
_RESERVED = {"▅": " ", "\0": " ", BOUNDARY: "_"}
# At its beginning a text may have a word without a boundary.
_WORD = re.compile(f"{BOUNDARY}+[^{BOUNDARY}]*|[^{BOUNDARY}]+")
_Draw = Callable[[str], list[str]]  # from characters in a row to pieces
_SILENT = 2  # errors reach Python as exceptions


def train_sentencepiece(
    texts: Iterable[str],
    *,
    algorithm: str,
    max_size: int | None = None,
    min_frequency: int = 1,
) -> bytes:
    """Trains a SentencePiece model; the same texts always make the same one.

    Args:
        texts: Iterable of normalized strings; it is read once and kept in memory.
        algorithm: "bpe" or "unigram".
        max_size: Optional most pieces, the special ones included. Defaults to 8,000.
            Texts that do not yield so many make a smaller model.
        min_frequency: Characters seen fewer times are in no piece.

    Returns:
        The serialized model, bytes. Ids 0 to 3 are the special tokens.

    Raises:
        InputError: If the texts are blank, `max_size` cannot hold their characters,
            or sentencepiece is not installed.

    Reference:
        - [Sennrich et al., 2016](https://arxiv.org/abs/1508.07909), "bpe".
        - [Kudo, 2018](https://arxiv.org/abs/1804.10959), "unigram".
    """
    sentencepiece = import_optional("sentencepiece", "Subwords")
    check_choice("algorithm", algorithm, ALGORITHMS)
    max_size = DEFAULT_SIZE if max_size is None else max_size
    texts, characters = _usable(texts, min_frequency)
    _check_size(max_size, characters, min_frequency)
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=model,
        model_type=algorithm,
        vocab_size=max_size,
        hard_vocab_limit=False,
        character_coverage=1.0,
        max_sentence_length=2**30,  # longer texts would be dropped
        # Texts come normalized, in the way that every tokenizer normalizes them.
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        minloglevel=_SILENT,
        **_special_pieces(),
    )
    return with_boundary_rule(model.getvalue())


def with_boundary_rule(model: bytes) -> bytes:
    """The model with one rule of normalization: a boundary in a text becomes `_`.

    Without any, each time a program loads the model it writes a note to standard
    error.
    """
    sentencepiece = import_optional("sentencepiece", "Subwords")
    messages = import_optional("sentencepiece.sentencepiece_model_pb2", "Subwords")
    sentencepiece.set_min_log_level(_SILENT)
    rules = sentencepiece.SentencePieceNormalizer(norm_map=[(BOUNDARY, "_")])
    rules = messages.NormalizerSpec.FromString(rules.serialized_normalizer_spec())
    message = messages.ModelProto.FromString(model)
    message.normalizer_spec.precompiled_charsmap = rules.precompiled_charsmap
    return message.SerializeToString(deterministic=True)


def mark_special_pieces(specification: Any) -> None:
    """Says in the specification of a model which its special pieces are."""
    for name, value in _special_pieces().items():
        setattr(specification, name, value)


def _special_pieces() -> dict[str, int | str]:
    names = ("pad", "unk", "bos", "eos")
    ids = (PAD_ID, UNKNOWN_ID, START_ID, END_ID)
    options: dict[str, int | str] = {}
    for name, piece, id_ in zip(names, META_PIECES, ids, strict=True):
        options |= {f"{name}_id": id_, f"{name}_piece": piece}
    return options


def _usable(texts: Iterable[str], min_frequency: int) -> tuple[list[str], int]:
    """The texts without the characters that are left out, and how many are left."""
    reserved = str.maketrans(_RESERVED)
    texts = [text.translate(reserved) for text in texts]
    counts: collections.Counter[str] = collections.Counter()
    for text in texts:
        counts.update(text)
    del counts[" "]
    # A space in their place, so that no piece spans the gap.
    rare = {
        ord(character): " "
        for character, count in counts.items()
        if count < min_frequency
    }
    if rare:
        texts = [text.translate(rare) for text in texts]
    return texts, len(counts) - len(rare)


def _check_size(max_size: int, characters: int, min_frequency: int) -> None:
    if not characters:
        raise InputError(
            "The vocabulary would hold nothing but special tokens: the texts hold no "
            f"character min_frequency={min_frequency} times. Give more text or a "
            "smaller `min_frequency`."
        )
    smallest = SPECIAL_COUNT + 1 + characters
    if max_size < smallest:
        raise InputError(
            f"A vocabulary of subwords holds the {SPECIAL_COUNT} special tokens, the "
            f"word boundary and every character, here {characters}: `max_size` must "
            f"be at least {smallest}, or a larger `min_frequency` leave out rare "
            f"characters. Received: max_size={max_size}"
        )


def draw_pieces(
    model: bytes, texts: Iterable[str], *, alpha: float, seed: int
) -> list[list[str]]:
    """Segments texts at random.

    Words are drawn apart, unless the model was trained to have pieces that span two.

    Args:
        model: A serialized SentencePiece model, bytes.
        texts: List of normalized strings.
        alpha: See `SubwordTokenizer.sample_to_ragged`.
        seed: Integer. The same seed gives the same pieces for the same texts.

    Returns:
        A list of lists of pieces. Characters in a row that the model lacks are one.

    Raises:
        InputError: If the model has pieces of a user, which are never cut, or
            sentencepiece is not installed.
    """
    messages = import_optional("sentencepiece.sentencepiece_model_pb2", "Subwords")
    message = messages.ModelProto.FromString(model)
    if any(piece.type == piece.USER_DEFINED for piece in message.pieces):
        raise InputError(
            "A SentencePiece model with symbols of a user's own (user_defined_symbols) "
            "cannot be drawn from: leave `subword_sampling` out."
        )
    scores = {
        piece.piece: piece.score
        for piece in message.pieces
        if piece.type == piece.NORMAL
    }
    generator = random.Random(seed)
    draw: _Draw = functools.partial(_walk, _Lattices(scores, alpha), generator)
    if message.trainer_spec.model_type == message.trainer_spec.BPE:
        draw = functools.partial(_merge, scores, alpha, generator)
    # A model from elsewhere has its own way with spaces, and with the first word.
    sentencepiece = import_optional("sentencepiece", "Subwords")
    normalize = sentencepiece.SentencePieceProcessor(model_proto=model).Normalize
    has_words = message.trainer_spec.split_by_whitespace
    cut = _WORD.findall if has_words else lambda text: [text]
    return [_draw_text(cut(normalize(text)), scores, draw) for text in texts]


def _draw_text(words: list[str], scores: dict[str, float], draw: _Draw) -> list[str]:
    pieces: list[str] = []
    for word in words:
        runs = itertools.groupby(word, scores.__contains__)
        for known, characters in runs:
            run = "".join(characters)
            pieces += draw(run) if known else [run]
    return pieces


def _merge(
    scores: dict[str, float], dropout: float, generator: random.Random, run: str
) -> list[str]:
    """Algorithm 1 of BPE-dropout: in each step every merge is left out by chance."""
    pieces = list(run)
    while True:
        merges = [
            (-scores[merged], position)
            for position, merged in enumerate(map("".join, itertools.pairwise(pieces)))
            if merged in scores and generator.random() >= dropout
        ]
        if not merges:
            return pieces
        _, position = min(merges)
        pieces[position : position + 2] = ["".join(pieces[position : position + 2])]


def _walk(lattices: "_Lattices", generator: random.Random, run: str) -> list[str]:
    """Backward sampling: from the end, each piece by the weight of what is before."""
    ways, end, pieces = lattices[run], len(run), []
    while end:
        starts, cumulative = ways[end]
        [start] = generator.choices(starts, cum_weights=cumulative)
        pieces.append(run[start:end])
        end = start
    return pieces[::-1]


class _Lattices(dict[str, list[tuple]]):
    """Forward filtering, once for each word: where the piece to each end may start."""

    def __init__(self, scores: dict[str, float], alpha: float) -> None:
        self.alpha = alpha
        self.scores = scores
        self.longest = max(map(len, scores))

    def __missing__(self, run: str) -> list[tuple]:
        # The logarithm of the weights of all ways to write run[:end].
        totals: list[float] = [0.0]
        ways: list[tuple] = [()]
        for end in range(1, len(run) + 1):
            starts = [
                start
                for start in range(max(0, end - self.longest), end)
                if run[start:end] in self.scores
            ]
            logs = [
                totals[start] + self.alpha * self.scores[run[start:end]]
                for start in starts
            ]
            largest = max(logs)
            cumulative = list(itertools.accumulate(math.exp(x - largest) for x in logs))
            totals.append(largest + math.log(cumulative[-1]))
            ways.append((starts, cumulative))
        self[run] = ways
        return ways
