"""One token for each frequent piece of a word."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf

from seq2seq_keras.decoding import WORD_BORDER
from seq2seq_keras.errors import InputError, check_choice, import_optional
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.special_tokens import (
    DEFAULT_SPECIAL_TOKENS,
    SPECIAL_COUNT,
    SpecialTokens,
)
from seq2seq_keras.text.foreign_sentencepiece import read_sentencepiece
from seq2seq_keras.text.normalization import clean_in_graph, mark_words
from seq2seq_keras.text.rows import join_rows
from seq2seq_keras.text.sentencepiece_model import (
    BOUNDARY,
    META_PIECES,
    draw_pieces,
    train_sentencepiece,
)
from seq2seq_keras.text.tokenizer import Tokenizer
from seq2seq_keras.text.tokenizer_config import checked_flag
from seq2seq_keras.text.unicode_forms import (
    UNICODE_FORMS,
    UnicodeForm,
    normalize_in_python,
)
from seq2seq_keras.text.vocabulary import Fitting


class SubwordTokenizer(Tokenizer):
    """Splits words into pieces learned from text, with SentencePiece.

    Frequent words stay whole and rare ones fall into pieces, so that a vocabulary of
    a few thousand leaves almost nothing unknown. A piece that begins a word begins
    with `▁`, which is how `detokenize` knows the spaces. A `▁` in the text becomes
    `_`. Characters that the texts of `fit` lack are unknown.

    It needs the extra `subword`, sentencepiece and tensorflow-text. Whoever
    loads a SavedModel with such a tokenizer must `import tensorflow_text` first, or
    loading fails with `RuntimeError: Op type not registered 'SentencepieceOp'`.

    Args:
        model: The SentencePiece model, bytes, or the same in base64, a string;
            usually `SubwordTokenizer.fit(texts)` makes it.
        sha256: Optional string, the SHA-256 of the bytes in hexadecimal digits, to be
            compared.
        lowercase: See `Tokenizer`, as for the other options.
        unicode_form: Of "NFD" the pieces are made of Korean letters, not syllables.
        special_tokens: A `SpecialTokens`.

    Raises:
        InputError: If the model is damaged or `fit` did not make it, or
            tensorflow-text is not installed.

    Example:

    >>> tokenizer = SubwordTokenizer.fit(["low lower lowest", "wide wider widest"])
    >>> tokenizer.split("lower widest")
    ['▁lower', '▁widest']
    >>> tokenizer.split("slower")
    ['▁', 's', 'low', 'er']
    >>> tokenizer.detokenize(tokenizer.tokenize("slower"))
    'slower'

    Reference:
        - [Kudo and Richardson, 2018](https://arxiv.org/abs/1808.06226).
    """

    def __init__(
        self,
        model: bytes | str,
        *,
        sha256: str | None = None,
        lowercase: bool = False,
        unicode_form: UnicodeForm = "NFC",
        special_tokens: SpecialTokens = DEFAULT_SPECIAL_TOKENS,
    ) -> None:
        self.model = _checked_bytes(model, sha256)
        pieces = self._read_pieces()
        super().__init__(
            # As text, a special form is unknown.
            [piece for piece in pieces if piece not in special_tokens.forms],
            lowercase=lowercase,
            unicode_form=unicode_form,
            special_tokens=special_tokens,
        )

    @classmethod
    @checks_numbers(min_frequency=(1, 10**9), max_size=(1, 10**7))
    def fit(
        cls,
        texts: Iterable[str],
        *,
        algorithm: str = "bpe",
        min_frequency: int = 1,
        max_size: int | None = None,
        lowercase: bool = False,
        unicode_form: UnicodeForm = "NFC",
        special_tokens: SpecialTokens = DEFAULT_SPECIAL_TOKENS,
    ) -> "SubwordTokenizer":
        """Makes a tokenizer with the pieces that some texts suggest.

        Args:
            texts: Iterable of strings; it is read once and kept in memory.
            algorithm: "bpe" (merges the most frequent pairs of pieces) or "unigram"
                (a language model of pieces, the better one to sample from).
            min_frequency: Characters seen fewer times become unknown.
            max_size: Largest `vocabulary_size`, special tokens included. Defaults to
                8,000. Texts that do not yield so many pieces make a smaller one.
            lowercase: Whether text is lower-cased.
            unicode_form: "NFC", "NFD", "NFKC", "NFKD" or "none".
            special_tokens: A `SpecialTokens`.

        Returns:
            A `SubwordTokenizer`; the same texts always make the same one.

        Raises:
            InputError: If a text is no string, all are blank, `max_size` is too small
                for their characters, or the extra `subword` is not installed.
        """
        fitting = cls.fitting(
            algorithm=algorithm,
            min_frequency=min_frequency,
            max_size=max_size,
            lowercase=lowercase,
            unicode_form=unicode_form,
            special_tokens=special_tokens,
        )
        return fitting.add_all(texts).finish()

    @classmethod
    @checks_numbers(min_frequency=(1, 10**9), max_size=(1, 10**7))
    def fitting(
        cls,
        *,
        algorithm: str = "bpe",
        min_frequency: int = 1,
        max_size: int | None = None,
        lowercase: bool = False,
        unicode_form: UnicodeForm = "NFC",
        special_tokens: SpecialTokens = DEFAULT_SPECIAL_TOKENS,
    ) -> Fitting:
        import_optional("sentencepiece", "Subwords")  # before much is read
        check_choice("unicode_form", unicode_form, UNICODE_FORMS)
        lowercase = checked_flag("lowercase", lowercase)

        def whole(chunk: Sequence[str], first: int) -> tf.RaggedTensor:
            # A text is its own only token.
            chunk = normalize_in_python(chunk, unicode_form, first=first)
            normalized = clean_in_graph(tf.constant(chunk, tf.string), lowercase)
            return tf.RaggedTensor.from_uniform_row_length(normalized, 1)

        def make(texts: list[str]) -> "SubwordTokenizer":
            model = train_sentencepiece(
                texts,
                algorithm=algorithm,
                max_size=max_size,
                min_frequency=min_frequency,
            )
            return cls(
                model,
                lowercase=lowercase,
                unicode_form=unicode_form,
                special_tokens=special_tokens,
            )

        return Fitting(whole, [], make)

    @classmethod
    def from_sentencepiece(
        cls,
        path: str,
        *,
        lowercase: bool = False,
        unicode_form: UnicodeForm = "NFC",
        special_tokens: SpecialTokens = DEFAULT_SPECIAL_TOKENS,
    ) -> "SubwordTokenizer":
        """Makes a tokenizer of a SentencePiece model from elsewhere.

        It cuts text as that model does, with the model's own normalization after that
        of this package. The special pieces are those of this package, with the ids 0
        to 3; all others follow in their order.

        Args:
            path: The file of the model.
            lowercase: See `Tokenizer`, as for the other options.
            unicode_form: "NFC", "NFD", "NFKC", "NFKD" or "none".
            special_tokens: A `SpecialTokens`.

        Returns:
            A `SubwordTokenizer`.

        Raises:
            InputError: If it is no model of byte pairs or unigrams, or one that spells
                unknown characters in bytes.

        Example:

        ```python
        tokenizer = s2s.SubwordTokenizer.from_sentencepiece("europarl.model")
        ```
        """
        return cls(
            read_sentencepiece(path),
            lowercase=lowercase,
            unicode_form=unicode_form,
            special_tokens=special_tokens,
        )

    def split_graph(self, texts: tf.Tensor) -> tf.RaggedTensor:
        return self._sentencepiece().tokenize(texts)

    def join_graph(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        text = join_rows(tokens)
        return tf.strings.strip(tf.strings.regex_replace(text, f"{BOUNDARY}+", " "))

    def bare_word(self, token: str) -> str:
        # A piece from within a word is none, but may be the name of another.
        return token.removeprefix(BOUNDARY)

    def spelling(self, token: str) -> str:
        # A piece may be a part of a word; at the ends of a text there is a border.
        return mark_words(token.replace(BOUNDARY, " ")) if token else WORD_BORDER

    def sample_to_ragged(
        self, texts: Iterable[str], *, seed: int, alpha: float = 0.1, first: int = 1
    ) -> tf.RaggedTensor:
        """Splits a list of strings in one of the many ways, at random.

        A model that sees a word in other pieces each time learns what they share,
        and minds unusual words less. For training only.

        Args:
            texts: A list of strings.
            seed: Integer. The same seed splits the same list in the same way.
            alpha: Float. Of a BPE model the probability that a merge is left out, 0
                for none. Of a unigram model the exponent of the probabilities that
                segmentations are drawn with: small ones make all alike. Both papers
                use 0.1.
            first: Integer. The number that messages give to the first text.

        Returns:
            A `tf.RaggedTensor` of strings, shape `(len(texts), length)`.

        Raises:
            InputError: If a text is not a string or sentencepiece is not installed.

        Example:

        >>> tokenizer = SubwordTokenizer.fit(["low lower lowest"])
        >>> drawn = tokenizer.sample_to_ragged(["low lower"], seed=0, alpha=0.5)
        >>> tokenizer.join_graph(drawn).numpy().tolist()
        [b'low lower']

        Reference:
            - [Kudo, 2018](https://arxiv.org/abs/1804.10959), section 3.
            - [Provilkov et al., 2020](https://arxiv.org/abs/1910.13267),
              BPE-dropout.
        """
        texts = normalize_in_python(texts, self.unicode_form, first=first)
        normalized = self._clean_graph(tf.constant(texts, tf.string)).numpy()
        texts = [text.decode("utf-8") for text in normalized]
        rows = draw_pieces(self.model, texts, alpha=alpha, seed=seed)
        pieces = tf.constant([piece for row in rows for piece in row], tf.string)
        lengths = tf.constant([len(row) for row in rows], tf.int64)
        return tf.RaggedTensor.from_row_lengths(pieces, lengths)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["vocabulary"]  # the model holds it
        config["model"] = base64.b64encode(self.model).decode("ascii")
        config["sha256"] = hashlib.sha256(self.model).hexdigest()
        return config

    @tf.autograph.experimental.do_not_convert  # it warns of the import
    def _sentencepiece(self) -> Any:
        """The operations of the model, made anew for each graph.

        TensorFlow deletes the model behind operations that were made once and kept
        when `keras.utils.set_random_seed` clears its caches. Made where they are
        used, they are also part of every graph and need no tracking.
        """
        text = import_optional("tensorflow_text", "Subwords")
        return text.SentencepieceTokenizer(self.model, out_type=tf.string)

    def _read_pieces(self) -> list[str]:
        try:
            model = self._sentencepiece()
            pieces = model.id_to_string(tf.range(model.vocab_size())).numpy().tolist()
        except (tf.errors.InternalError, tf.errors.InvalidArgumentError) as error:
            raise InputError("The SentencePiece model is damaged.") from error
        pieces = [piece.decode("utf-8") for piece in pieces]
        if tuple(pieces[:SPECIAL_COUNT]) != META_PIECES:
            raise InputError(
                "This SentencePiece model was not made by `SubwordTokenizer.fit`: its "
                f"pieces begin with {pieces[:SPECIAL_COUNT]}."
            )
        return pieces[SPECIAL_COUNT:]


def _checked_bytes(model: bytes | str, sha256: str | None) -> bytes:
    model = base64.b64decode(model, validate=True) if isinstance(model, str) else model
    if sha256 is not None and hashlib.sha256(model).hexdigest() != sha256:
        raise InputError("The SentencePiece model differs from the one that was saved.")
    return model
