"""Scores of translations against references."""

import dataclasses
import unicodedata

import jiwer
from sacrebleu.metrics import BLEU, CHRF

from seq2seq_keras.errors import InputError


@dataclasses.dataclass(frozen=True)
class Scores:
    """What `score_translations` measured.

    Attributes:
        bleu: BLEU of the corpus, 0 to 100.
        bleu_signature: How sacreBLEU computed it.
        chrf: chrF2 of the corpus, 0 to 100.
        chrf_signature: How sacreBLEU computed it.
        exact_match: Share of translations equal to their reference, white space and
            Unicode form (NFC) aside.
        token_error_rate: Edits (substituted, left out, added tokens) needed to turn
            all translations into their references, per token of the references.
        sentences: How many.
    """

    bleu: float
    bleu_signature: str
    chrf: float
    chrf_signature: str
    exact_match: float
    token_error_rate: float
    sentences: int


def score_translations(translations, references, tokenizer):
    """Scores a corpus of translations.

    Args:
        translations: List of strings.
        references: List of strings, one for each translation.
        tokenizer: The tokenizer whose tokens `token_error_rate` counts.

    Returns:
        `Scores`.

    Raises:
        InputError: If the lists are empty or differ in length.

    Example:

    >>> from seq2seq_keras.text.character_tokenizer import CharacterTokenizer
    >>> scores = score_translations(["ab"], ["ac"], CharacterTokenizer.fit(["abc"]))
    >>> scores.exact_match, scores.token_error_rate
    (0.0, 0.5)

    Reference:
        - [Post, 2018](https://arxiv.org/abs/1804.08771): BLEU as sacreBLEU reports it.
        - [Popović, 2015](https://aclanthology.org/W15-3049/): chrF.
    """
    if not translations or len(translations) != len(references):
        raise InputError(
            "Scoring needs one reference for each translation, and at least one. "
            f"Received: {len(translations)} translations, {len(references)} references"
        )
    translations = [_tidy(text) for text in translations]
    references = [_tidy(text) for text in references]
    bleu, chrf = BLEU(), CHRF()
    bleu_score = bleu.corpus_score(translations, [references]).score
    chrf_score = chrf.corpus_score(translations, [references]).score
    pairs = zip(translations, references, strict=True)
    return Scores(
        bleu=bleu_score,
        bleu_signature=str(bleu.get_signature()),
        chrf=chrf_score,
        chrf_signature=str(chrf.get_signature()),
        exact_match=sum(a == b for a, b in pairs) / len(references),
        token_error_rate=_token_error_rate(translations, references, tokenizer),
        sentences=len(references),
    )


def _tidy(text):
    return " ".join(unicodedata.normalize("NFC", text).split())


def _token_error_rate(translations, references, tokenizer):
    """Jiwer's word error rate with the tokenizer's tokens for words."""
    # Tokens become numbers, since jiwer splits at spaces and a space can be a token.
    numbers: dict[str, int] = {}

    def as_words(texts):
        return [
            " ".join(str(numbers.setdefault(token, len(numbers))) for token in tokens)
            for tokens in tokenizer.split(texts)
        ]

    kept = [
        pair
        for pair in zip(as_words(references), as_words(translations), strict=True)
        if any(pair)
    ]
    if not any(reference for reference, _ in kept):
        raise InputError("Every reference is empty, so there is no rate of errors.")
    # jiwer refuses empty references, whose words would all be insertions.
    counted = jiwer.process_words(
        [reference for reference, _ in kept if reference],
        [translation for reference, translation in kept if reference],
    )
    added = sum(
        len(translation.split()) for reference, translation in kept if not reference
    )
    errors = counted.substitutions + counted.deletions + counted.insertions + added
    words = counted.hits + counted.substitutions + counted.deletions
    return errors / words
