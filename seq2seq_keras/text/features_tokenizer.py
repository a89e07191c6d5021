"""Tokens of features before the tokens of a source."""

import collections
from collections.abc import Iterable, Sequence
from typing import Any, Self

import tensorflow as tf

from seq2seq_keras.decoding import WORD_BORDER
from seq2seq_keras.errors import InputError, check_texts
from seq2seq_keras.special_tokens import SPECIAL_COUNT
from seq2seq_keras.text.features import FEATURE_MARK, NOT_COPIED, split_features
from seq2seq_keras.text.normalization import clean_in_graph
from seq2seq_keras.text.tokenizer import Tokenizer
from seq2seq_keras.text.unicode_forms import normalize_in_python
from seq2seq_keras.text.vocabulary import Fitting, choose_tokens
from seq2seq_keras.text.word_tokenizer import WordTokenizer

_PLAIN_MARK = "○"  # what becomes of `FEATURE_MARK` in a source


class FeaturesTokenizer(Tokenizer):
    r"""Reads features that stand before a source, whatever splits the source.

    Inflection is learnt from a lemma and features: `go`, `V;PST` is `went`. Both are
    one string, `"V;PST\tgo"` (see `join_features`). What stands before the tab is split
    at the separator, and each feature is one token, before those of the source. A text
    without a tab has no features. Features can say anything that holds for a whole
    source: a language to translate into, a style, a speaker.

    The feature `V` is never the letter `V`: its token is `￮V`, and a `￮` in a source
    becomes `○`. Features follow the tokens of the source in the vocabulary. One that
    `fit` has not seen is `<unk>`, as any token is. Their case is kept, also where the
    source is lower-cased; the Unicode form is that of the source. White space around
    a feature and empty features are passed over. A model reads them as tokens like any
    others, or by a `features_encoder`.

    Args:
        tokenizer: The `Tokenizer` of the sources themselves.
        features: List of strings, the features that have ids.
        features_separator: String between two features.

    Raises:
        InputError: If a feature or the separator cannot be one, a feature stands
            there twice, or the tokenizer reads features already.

    Example:

    >>> from seq2seq_keras.text import CharacterTokenizer
    >>> texts = ["V;PST\tgo", "V;PRS\tgo", "N;PL\tVog"]
    >>> tokenizer = FeaturesTokenizer.fit(texts, tokenizer=CharacterTokenizer)
    >>> tokenizer.split("V;PST\tVg")
    ['￮V', '￮PST', 'V', 'g']
    >>> tokenizer.tokenize("V;PST\tVg"), tokenizer.vocabulary[4:]
    ([7, 11, 6, 4], ['g', 'o', 'V', '￮V', '￮N', '￮PL', '￮PRS', '￮PST'])
    >>> tokenizer.detokenize([7, 11, 6, 4])
    'V;PST\tVg'
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        features: Iterable[str],
        features_separator: str = ";",
    ) -> None:
        if not isinstance(tokenizer, Tokenizer) or tokenizer.text_tokenizer is not (
            tokenizer
        ):
            raise InputError(
                "`tokenizer` must be a `Tokenizer` without features, such as a "
                f"`CharacterTokenizer`. Received: a {type(tokenizer).__name__}"
            )
        check_texts(features=features)
        form = tokenizer.unicode_form
        self.tokenizer = tokenizer
        self.features = normalize_in_python(features, form)
        self.features_separator = _checked_separator(features_separator)
        # Text comes to be split in that form.
        [self._separator] = normalize_in_python([features_separator], form)
        for feature in self.features:
            if not feature.strip() or "\t" in feature or self._separator in feature:
                raise InputError(
                    "A feature must be a text that is not blank, without a tab and "
                    f"without the separator {features_separator!r}. Received: "
                    f"{feature!r}"
                )
        self._check_clean()
        super().__init__(
            [
                *tokenizer.vocabulary[SPECIAL_COUNT:],
                *(f"{FEATURE_MARK}{feature}" for feature in self.features),
            ],
            lowercase=tokenizer.lowercase,
            unicode_form=form,
            special_tokens=tokenizer.special_tokens,
        )

    def _check_clean(self) -> None:
        """Refuses features that no text could have once it is cleaned."""
        bundle = tf.constant([self._separator.join(self.features)])
        found = _feature_tokens(bundle, self._separator).flat_values.numpy()
        cleaned = [x.decode("utf-8").removeprefix(FEATURE_MARK) for x in found]
        for feature, clean in zip(self.features, cleaned, strict=False):
            if feature != clean:
                raise InputError(
                    f"A feature is read without blanks around it, and with single ones "
                    f"in it: {clean!r}. Received: {feature!r}"
                )

    @classmethod
    def fit(
        cls,
        texts: Iterable[str],
        *,
        tokenizer: type[Tokenizer] = WordTokenizer,
        features_separator: str = ";",
        **options: Any,
    ) -> Self:
        r"""Makes a tokenizer with the vocabulary of some sources and their features.

        Args:
            texts: Iterable of strings, such as `"V;PST\tgo"`; it is read once.
            tokenizer: The class of the tokenizer of the sources themselves.
            features_separator: String between two features.
            **options: Those of `tokenizer.fit`. They hold for the sources: every
                feature is kept, the most frequent first.

        Returns:
            A tokenizer of this class.

        Raises:
            InputError: If a text is no string, none has features, or an option does
                not fit.
        """
        fitting = cls.fitting(
            tokenizer=tokenizer, features_separator=features_separator, **options
        )
        return fitting.add_all(texts).finish()

    @classmethod
    def fitting(
        cls,
        *,
        tokenizer: type[Tokenizer] = WordTokenizer,
        features_separator: str = ";",
        **options: Any,
    ) -> Fitting:
        return FeaturesFitting(tokenizer.fitting(**options), features_separator, cls)

    @property
    def text_tokenizer(self) -> Tokenizer:
        return self.tokenizer

    def split_graph(self, texts: tf.Tensor) -> tf.RaggedTensor:
        bundles, sources = _part(texts)
        features = _feature_tokens(bundles, self._separator)
        tokens = self.tokenizer.split_normalized(_without_mark(sources))
        return tf.concat([features, tokens.with_row_splits_dtype(tf.int64)], axis=1)

    def join_graph(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        is_feature = tf.ragged.map_flat_values(_is_feature, tokens)
        features = tf.ragged.boolean_mask(tokens, is_feature)
        bare = tf.strings.regex_replace(features.flat_values, f"^{FEATURE_MARK}", "")
        bundles = tf.strings.reduce_join(
            features.with_flat_values(bare),
            axis=-1,
            separator=self.features_separator,
        )
        texts = self.tokenizer.join_graph(tf.ragged.boolean_mask(tokens, ~is_feature))
        both = tf.strings.join([bundles, texts], "\t")
        return tf.where(features.row_lengths() > 0, both, texts)

    def sample_to_ragged(
        self, texts: Iterable[str], *, seed: int, alpha: float = 0.1, first: int = 1
    ) -> tf.RaggedTensor:
        """Splits the sources at random, see `SubwordTokenizer`; never the features."""
        texts = normalize_in_python(texts, self.unicode_form, first=first)
        bundles, sources = _part(tf.constant(texts, tf.string))
        features = _feature_tokens(bundles, self._separator)
        sources = [x.decode("utf-8") for x in _without_mark(sources).numpy()]
        subwords: Any = self.tokenizer
        tokens = subwords.sample_to_ragged(sources, seed=seed, alpha=alpha, first=first)
        return tf.concat([features, tokens], axis=1)

    def copied_tokens(self, tokens: Any) -> Any:
        # A target is made of the source; features only say how.
        def copied(tokens: tf.Tensor) -> tf.Tensor:
            return tf.where(_is_feature(tokens), NOT_COPIED, tokens)

        return tf.ragged.map_flat_values(copied, tokens)

    def bare_word(self, token: str) -> str:
        # A feature is no word, even if the name of one is.
        if token.startswith(FEATURE_MARK):
            return ""
        return self.tokenizer.bare_word(token)

    def spelling(self, token: str) -> str:
        if token.startswith(FEATURE_MARK):
            return f"{WORD_BORDER}{token[len(FEATURE_MARK) :]}{WORD_BORDER}"
        return self.tokenizer.spelling(token)

    def get_config(self) -> dict[str, Any]:
        return {
            "class_name": type(self).__name__,
            "tokenizer": self.tokenizer.get_config(),
            "features": self.features,
            "features_separator": self.features_separator,
        }

    def __reduce__(self) -> tuple:
        parts = (self.tokenizer, self.features, self.features_separator)
        return type(self), parts

    def _clean_graph(self, texts: tf.Tensor) -> tf.Tensor:
        # Both parts are cleaned once they are apart: the tab is white space.
        return texts


class FeaturesFitting(Fitting):
    """A `FeaturesTokenizer` in the making.

    Args:
        fitting: The `Fitting` of the tokenizer of the sources themselves.
        features_separator: String between two features.
        cls: `FeaturesTokenizer` or a subclass.
    """

    def __init__(
        self,
        fitting: Fitting,
        features_separator: str = ";",
        cls: type[FeaturesTokenizer] = FeaturesTokenizer,
    ) -> None:
        self._separator = _checked_separator(features_separator)
        self._fitting, self._class = fitting, cls
        # As they stand before the tab: few differ.
        self._bundles: collections.Counter[str] = collections.Counter()
        self._texts = 0

    def add(self, texts: Sequence[str]) -> None:
        texts = normalize_in_python(texts, "none", first=self._texts + 1)
        bundles, sources = zip(*map(split_features, texts), strict=True)
        self._bundles.update(bundles)
        # As they are read later, or a source's own mark would make a feature of a word.
        self._fitting.add([x.replace(FEATURE_MARK, _PLAIN_MARK) for x in sources])
        self._texts += len(texts)

    def join(self, other: Fitting) -> None:
        # The other side has no features.
        self._fitting.join(other)

    def finish(self) -> Any:
        tokenizer = self._fitting.finish()
        form = tokenizer.unicode_form
        [separator] = normalize_in_python([self._separator], form)
        bundles = tf.constant(normalize_in_python(self._bundles, form), tf.string)
        rows = _feature_tokens(bundles, separator).to_list()
        counts: collections.Counter[str] = collections.Counter()
        for tokens, count in zip(rows, self._bundles.values(), strict=True):
            counts.update({t.decode("utf-8"): count * tokens.count(t) for t in tokens})
        if not counts:
            raise InputError(
                f"None of {self._texts:,} sources has features: they stand before a "
                "tab, as `join_features` puts them there."
            )
        tokens = choose_tokens([counts], tokenizer.special_tokens)
        features = [token.removeprefix(FEATURE_MARK) for token in tokens]
        return self._class(tokenizer, features, self._separator)


def _checked_separator(separator: str) -> str:
    if not isinstance(separator, str) or not separator or "\t" in separator:
        raise InputError(
            "`features_separator` must be a string that is not empty and without a "
            f"tab, behind which the source begins. Received: {separator!r}"
        )
    return separator


def _part(texts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """What stands before the first tab, or nothing, and the rest."""
    parts = tf.strings.split(texts, "\t", maxsplit=1)
    is_parted = parts.row_lengths() > 1
    first = tf.gather(parts.flat_values, parts.row_starts())
    last = tf.gather(parts.flat_values, parts.row_limits() - 1)
    return tf.where(is_parted, first, ""), last


def _feature_tokens(bundles: tf.Tensor, separator: str) -> tf.RaggedTensor:
    features = tf.strings.split(bundles, separator)
    bare = clean_in_graph(features.flat_values, lowercase=False)
    features = features.with_flat_values(bare)
    features = tf.ragged.boolean_mask(features, features != "")
    marked = tf.strings.join([FEATURE_MARK, features.flat_values])
    return features.with_flat_values(marked)


def _without_mark(sources: tf.Tensor) -> tf.Tensor:
    return tf.strings.regex_replace(sources, FEATURE_MARK, _PLAIN_MARK)


def _is_feature(tokens: tf.Tensor) -> tf.Tensor:
    return tf.strings.regex_full_match(tokens, f"{FEATURE_MARK}(?s:.+)")
