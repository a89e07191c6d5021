"""Which tokenizer suits some texts, told by what stands between their spaces."""

import collections
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from seq2seq_keras.errors import shown

# What other tools write where they have cut words: subword-nmt, SentencePiece,
# OpenNMT's tokenizer and WordPiece.
_PIECE = re.compile(r"\S@@(\s|$)|(^|\s)(▁|##\w)|￭")
_PIECES = "pieces of words, cut by another tool"
_SYMBOLS = "symbols between spaces"
_TAGS = "tags between spaces"
_UNSPACED = "texts without spaces between words"
_SINGLE = "single words"
_HANGUL = "single words in Hangul"
_SENTENCES = "words between spaces"
_TOKENIZERS = {
    _PIECES: "space",
    _SYMBOLS: "space",
    _TAGS: "space",
    _UNSPACED: "character",
    _SINGLE: "character",
    # Training sees each of the 67 letters, but few of the 11,172 syllables.
    _HANGUL: "jamo",
    _SENTENCES: "word",
}
# Sentences are longer than what is cut once in some of them.
_ENOUGH_PIECES = 0.05
_LONGEST_SYMBOL = 3
_END_OF_SENTENCE = re.compile(r"\S[.!?…。！？]['\"»”’)]*$")
# A part of speech, `B-PER`, `V;PST`: tags are few, and each is seen often.
_TAG = re.compile(r"[A-Z][A-Z0-9$.,:;=|+_()-]*")
_MOST_TAGS, _OFTEN = 100, 5
_BRACKETED = re.compile(r"<.*>|\[.*\]|\{.*\}")
# Marks above, below and behind a letter do not make it longer: ʷ, ː, the tie of t͡ɕ.
_MARKS = {"Mn", "Mc", "Me", "Lm", "Sk"}
_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"  # Thai, Lao, Burmese, Khmer, kana, Han
)
_SYLLABLE = re.compile("[\uac00-\ud7a3]")


class TokenizerChoice(NamedTuple):
    """What `choose_tokenizer` returns.

    Attributes:
        name: What `tokenizer` among the options calls it.
        reason: What the texts are like, in words.
        example: One of them, as messages show it.
    """

    name: str
    reason: str
    example: str


def choose_tokenizer(texts: Iterable[str]) -> TokenizerChoice:
    """Chooses the tokenizer that suits most of some texts.

    - Symbols or pieces of words that are parted by spaces already: "space". Such are
      phonemes, with at most three letters each, tags, and `lo@@ west`, `▁lo west`.
    - Single words, or texts without spaces between words: "character"; single words
      in Hangul: "jamo", since its syllables are too many to be seen in training.
    - All else: "word".

    Args:
        texts: Iterable of strings, a sample of a few thousand at most.

    Returns:
        A `TokenizerChoice`.

    Example:

    >>> choose_tokenizer(["k æ t", "d ɒ ɡ"])
    TokenizerChoice(name='space', reason='2 of 2 are symbols between spaces', ...
    """
    examples: dict[str, str] = {}
    counts: collections.Counter[str] = collections.Counter()
    tags: collections.Counter[str] = collections.Counter()
    for text in texts:
        if words := text.split():
            kind = _kind(text.strip(), words, tags)
            counts[kind] += 1
            examples.setdefault(kind, text)
    if len(tags) > _MOST_TAGS or tags.total() < _OFTEN * len(tags):
        counts[_SENTENCES] += counts.pop(_TAGS, 0)
        examples.setdefault(_SENTENCES, examples.get(_TAGS, ""))
    kind = _most(counts)
    reason = f"{counts[kind]:,} of {counts.total():,} are {kind}"
    return TokenizerChoice(_TOKENIZERS[kind], reason, shown(examples.get(kind, "")))


def _most(counts: collections.Counter[str]) -> str:
    """The kind of text that decides, given how many there are of each."""
    half = counts.total() / 2
    if counts[_PIECES] > _ENOUGH_PIECES * counts.total():
        return _PIECES
    for kinds in ((_SYMBOLS, _TAGS), (_SINGLE, _HANGUL, _UNSPACED)):
        if sum(counts[kind] for kind in kinds) > half:
            return max(kinds, key=counts.__getitem__)
    return _SENTENCES


def _kind(text: str, words: list[str], tags: collections.Counter[str]) -> str:
    if _PIECE.search(text):
        return _PIECES
    is_sentence = bool(_END_OF_SENTENCE.search(text))
    if len(words) > 1 and not is_sentence:
        longer = [word for word in words if not _is_symbol(word)]
        if all(map(_TAG.fullmatch, longer)):
            tags.update(longer)
            return _TAGS if longer else _SYMBOLS
    letters = sum(map(str.isalpha, text))
    if 2 * len(_WITHOUT_SPACES.findall(text)) > letters:
        return _UNSPACED if len(words) > 1 or is_sentence else _SINGLE
    if len(words) > 1 or is_sentence:
        return _SENTENCES
    return _HANGUL if 2 * len(_SYLLABLE.findall(text)) > letters else _SINGLE


def _is_symbol(word: str) -> bool:
    """Whether it has no more letters than a phoneme has; a syllable has as many."""
    if len(word) > 8 * _LONGEST_SYMBOL:
        return False
    letters = unicodedata.normalize("NFD", word)
    length = sum(unicodedata.category(letter) not in _MARKS for letter in letters)
    return length <= _LONGEST_SYMBOL or bool(_BRACKETED.fullmatch(word))
