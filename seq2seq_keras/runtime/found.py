"""From the ids that a graph found to tokens and texts.

It is what `TranslationGraph` does with operations of TensorFlow on strings.
"""

from typing import NamedTuple

import numpy as np

from seq2seq_keras.runtime.tokenizers import PlainTokenizer
from seq2seq_keras.special_tokens import END_ID, PAD_ID, START_ID, UNKNOWN_ID
from seq2seq_keras.text import NOT_COPIED

_HIDDEN = (PAD_ID, START_ID, END_ID)
# What stands where there is no translation.
_BLANKS = {
    **{"scores": -np.inf, "translations": b"", "tokens": b""},
    **{"log_probabilities": 0.0, "ended": False},
}


class Found(NamedTuple):
    """What a graph of a search puts out.

    Attributes:
        token_ids: int32, shape `(batch, n_best, length)`.
        log_probabilities: float32, the same shape.
        scores: float32, shape `(batch, n_best)`.
        attention: float32, shape `(batch, n_best, length, source_length)`, or `None`.
    """

    token_ids: np.ndarray
    log_probabilities: np.ndarray
    scores: np.ndarray
    attention: np.ndarray | None = None


def read_found(
    found: Found,
    source_tokens: list[list[str]],
    source_tokenizer: PlainTokenizer,
    target_tokenizer: PlainTokenizer,
    *,
    replace_unknown: bool,
) -> dict[str, np.ndarray]:
    """Arrays by name, as of `TranslationGraph`: strings are bytes in UTF-8.

    Args:
        found: `Found`.
        source_tokens: For each text its tokens, `<eos>` last.
        source_tokenizer: The tokenizer of the source.
        target_tokenizer: The tokenizer of the target.
        replace_unknown: Whether an unknown token becomes the source token that got most
            attention.
    """
    shown = found.token_ids
    tokens = _tokens(shown, source_tokens, target_tokenizer)
    shown_tokens = tokens
    if replace_unknown and found.attention is not None:
        copied = [source_tokenizer.copied_tokens(row) for row in source_tokens]
        shown = _replaced(found, source_tokenizer, target_tokenizer, copied)
        shown_tokens = _tokens(shown, source_tokens, target_tokenizer)
    hidden = np.isin(shown, _HIDDEN)
    texts = [
        [
            target_tokenizer.join(list(row[~is_hidden])).encode("utf-8")
            for row, is_hidden in zip(rows, hiddens, strict=True)
        ]
        for rows, hiddens in zip(shown_tokens, hidden, strict=True)
    ]
    outputs = {
        "translations": np.array(texts, object),
        "scores": found.scores,
        "tokens": np.vectorize(str.encode, otypes=[object])(tokens),
        "log_probabilities": found.log_probabilities,
        "source_tokens": _rows_of_bytes(source_tokens),
        "ended": (found.token_ids == END_ID).any(axis=-1),
    }
    if found.attention is not None:
        outputs["attention"] = found.attention
    return outputs


def distinct(outputs: dict[str, np.ndarray], n_best: int) -> dict[str, np.ndarray]:
    """The first `n_best` translations that differ as texts."""
    texts, is_there = outputs["translations"], np.isfinite(outputs["scores"])
    is_new = np.zeros_like(is_there)
    for number, row in enumerate(texts):
        seen: set[bytes] = set()
        for rank, text in enumerate(row):
            is_new[number, rank] = is_there[number, rank] and text not in seen
            if is_there[number, rank]:
                seen.add(text)
    places = np.argsort(~is_new, axis=1, kind="stable")[:, :n_best]
    is_new = np.take_along_axis(is_new, places, axis=1)
    rows = np.arange(len(places))[:, None]
    chosen = dict(outputs)
    for name in outputs.keys() & {*_BLANKS, "attention"}:
        chosen[name] = outputs[name][rows, places]
    for name, blank in _BLANKS.items():
        chosen[name] = chosen[name].copy()
        chosen[name][~is_new] = blank
    return chosen


def _tokens(
    token_ids: np.ndarray, source_tokens: list[list[str]], tokenizer: PlainTokenizer
) -> np.ndarray:
    """The tokens of ids, which may stand for words of the source; "" of padding."""
    size = tokenizer.vocabulary_size
    known = np.array(["", *tokenizer.vocabulary[1:]], object)
    tokens = known[np.minimum(token_ids, size - 1)]
    for row in np.unique(np.argwhere(token_ids >= size)[:, 0]):
        own = source_tokens[row]
        is_copied = token_ids[row] >= size
        positions = np.minimum(token_ids[row][is_copied] - size, len(own) - 1)
        tokens[row][is_copied] = np.array(own, object)[positions]
    return tokens


def _replaced(
    found: Found,
    source_tokenizer: PlainTokenizer,
    target_tokenizer: PlainTokenizer,
    copied: list[list[str]],
) -> np.ndarray:
    """Each `<unk>` as a copy of the source word that got most attention."""
    assert found.attention is not None
    length = found.attention.shape[-1]
    is_word = np.zeros((len(copied), length), bool)
    for row, tokens in enumerate(copied):
        # The last one is `<eos>`.
        is_word[row, : len(tokens) - 1] = [token != NOT_COPIED for token in tokens[:-1]]
    weights = np.where(is_word[:, None, None], found.attention, 0.0)
    positions = weights.argmax(axis=-1)
    is_replaced = (found.token_ids == UNKNOWN_ID) & (weights > 0).any(axis=-1)
    size = target_tokenizer.vocabulary_size
    return np.where(is_replaced, size + positions, found.token_ids)


def _rows_of_bytes(rows: list[list[str]]) -> np.ndarray:
    array = np.full((len(rows), max(map(len, rows), default=0)), b"", object)
    for number, row in enumerate(rows):
        array[number, : len(row)] = [token.encode("utf-8") for token in row]
    return array
