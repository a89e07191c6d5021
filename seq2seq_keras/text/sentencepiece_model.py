"""Training a SentencePiece model."""

import collections
import importlib
import io

from seq2seq_keras.errors import InputError, check_choice
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
_SILENT = 2  # errors reach Python as exceptions


def import_optional(name):
    """Imports a package of the extra `subword`.

    Args:
        name: "sentencepiece" or "tensorflow_text".

    Returns:
        The module.

    Raises:
        InputError: If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise InputError(
            f"Subword tokenizers need {name}, which cannot be imported ({error}). "
            "Install both with: pip install sentencepiece 'tensorflow-text<2.22'"
        ) from error


def train_sentencepiece(texts, *, algorithm, max_size=None, min_frequency=1):
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
    sentencepiece = import_optional("sentencepiece")
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
        # Texts come normalized, and shall not be normalized in another way here.
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        minloglevel=_SILENT,
        **_special_pieces(),
    )
    return _with_boundary_rule(model.getvalue())


def _with_boundary_rule(model):
    """The model with one rule of normalization: a boundary in a text becomes `_`.

    Without any, each time a program loads the model it writes a note to standard
    error.
    """
    sentencepiece = import_optional("sentencepiece")
    messages = import_optional("sentencepiece.sentencepiece_model_pb2")
    sentencepiece.set_min_log_level(_SILENT)
    rules = sentencepiece.SentencePieceNormalizer(norm_map=[(BOUNDARY, "_")])
    rules = messages.NormalizerSpec.FromString(rules.serialized_normalizer_spec())
    message = messages.ModelProto.FromString(model)
    message.normalizer_spec.precompiled_charsmap = rules.precompiled_charsmap
    return message.SerializeToString(deterministic=True)


def _special_pieces():
    names = ("pad", "unk", "bos", "eos")
    ids = (PAD_ID, UNKNOWN_ID, START_ID, END_ID)
    options: dict[str, int | str] = {}
    for name, piece, id_ in zip(names, META_PIECES, ids, strict=True):
        options |= {f"{name}_id": id_, f"{name}_piece": piece}
    return options


def _usable(texts, min_frequency):
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


def _check_size(max_size, characters, min_frequency):
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
