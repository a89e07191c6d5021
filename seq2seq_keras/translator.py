"""Text in, text out, and the folder a translator lives in."""

import itertools
import warnings
from collections.abc import Iterable

import numpy as np
import pandas as pd
import tensorflow as tf

from seq2seq_keras import saved_folder
from seq2seq_keras.errors import InputError
from seq2seq_keras.export import export_saved_model
from seq2seq_keras.models.seq2seq import Seq2Seq
from seq2seq_keras.text.normalization import normalize_in_python
from seq2seq_keras.translation_graph import MAX_CHARACTERS, TranslationGraph


class Translator:
    """A model with its tokenizers: translates, is saved, loaded and exported.

    Args:
        model: A model from `build_model`.
        source_tokenizer: The tokenizer the sources were trained with.
        target_tokenizer: The tokenizer the targets were trained with.
        max_source_length: Integer. Longer sources are cut to that many tokens, and
            before that to 10,000 characters, with a warning.
        max_length: Integer. The most tokens of a translation, `<eos>` included.
        scores: Optional dictionary of scores, kept with the model. Name the protocol
            in it, e.g. "validation perplexity".
        description: Markdown text for the README, e.g. on the data.

    Raises:
        InputError: If the vocabularies do not fit the model or a length is not
            positive.

    Example:

    >>> from seq2seq_keras.models.build import build_model
    >>> from seq2seq_keras.text.word_tokenizer import WordTokenizer
    >>> tokenizer = WordTokenizer.fit(["a b c"])
    >>> translator = Translator(build_model(7, 7, units=8), tokenizer, tokenizer)
    >>> len(translator.translate(["a b", "c"]))
    2
    """

    def __init__(
        self,
        model,
        source_tokenizer,
        target_tokenizer,
        *,
        max_source_length=200,
        max_length=200,
        scores=None,
        description="",
    ):
        if not isinstance(model, Seq2Seq):
            raise InputError(
                "A `Translator` needs a model that `build_model` made. "
                f"Received: a {type(model).__name__}"
            )
        for side, tokenizer in (
            ("source", source_tokenizer),
            ("target", target_tokenizer),
        ):
            size = getattr(model, f"{side}_vocabulary_size")
            if tokenizer.vocabulary_size != size:
                raise InputError(
                    f"The {side} tokenizer has {tokenizer.vocabulary_size} tokens, but "
                    f"the model was built for {size}. Pass the tokenizer it was "
                    "trained with."
                )
        _check_positive("max_source_length", max_source_length)
        _check_positive("max_length", max_length)
        self.model = model
        self.source_tokenizer = source_tokenizer
        self.target_tokenizer = target_tokenizer
        self.max_source_length = max_source_length
        self.max_length = max_length
        self.scores = scores or {}
        self.description = description
        self.graph = TranslationGraph(
            model,
            source_tokenizer,
            target_tokenizer,
            max_source_length=max_source_length,
            max_length=max_length,
        )

    def translate(self, texts, *, batch_size=64):
        """Translates one text or many.

        Args:
            texts: A string, a list of strings, or a pandas Series of strings. An
                empty or blank text has an empty translation.
            batch_size: Integer. Texts decoded at a time; texts of like length are
                decoded together and come back in the order given.

        Returns:
            A string for a string, a list for a list, a Series with the same index
            for a Series.

        Raises:
            InputError: If something is not a string.
        """
        if isinstance(texts, str):
            return self._translate_list([texts], batch_size)[0]
        if isinstance(texts, pd.Series):
            translations = self._translate_list(texts.tolist(), batch_size)
            return pd.Series(
                translations, index=texts.index, name=texts.name, dtype="str"
            )
        if isinstance(texts, pd.DataFrame) or not isinstance(texts, Iterable):
            raise InputError(
                "`translate` takes a string, a list of strings or a Series; of a "
                f"DataFrame pass one column. Received: a {type(texts).__name__}"
            )
        return self._translate_list(list(texts), batch_size)

    def translate_stream(self, texts, *, batch_size=64):
        """Translates texts as they come, without holding all of them.

        Args:
            texts: Iterable of strings.
            batch_size: Integer. Texts decoded at a time.

        Yields:
            A translation for each text, in the same order.
        """
        _check_positive("batch_size", batch_size)
        texts, first = iter(texts), 1
        # Many batches together, so that texts of like length meet.
        while chunk := list(itertools.islice(texts, 100 * batch_size)):
            yield from self._translate_list(chunk, batch_size, first)
            first += len(chunk)

    def _translate_list(self, texts, batch_size, first=1):
        _check_positive("batch_size", batch_size)
        form = self.source_tokenizer.unicode_form
        texts = normalize_in_python(texts, form, first=first)
        texts = [self._cut(text, number) for number, text in enumerate(texts, first)]
        lengths = self._lengths(texts, first)
        # Stable, so that the same texts always make the same batches.
        order = np.argsort(lengths, kind="stable")
        translations = [""] * len(texts)
        for start in range(0, len(texts), batch_size):
            batch = order[start : start + batch_size]
            outputs = self.graph.translate(tf.constant([texts[i] for i in batch]))
            for i, translation in zip(
                batch, outputs["translation"].numpy(), strict=True
            ):
                translations[i] = translation.decode("utf-8")
        return translations

    @staticmethod
    def _cut(text, number):
        """What the graph sees of a text; warns if that is not all."""
        if len(text) > MAX_CHARACTERS:
            warnings.warn(
                f"Text {number} has {len(text):,} characters and is cut to the first "
                f"{MAX_CHARACTERS:,}.",
                stacklevel=5,
            )
        return text[:MAX_CHARACTERS]

    def _lengths(self, texts, first):
        """Tokens of each text; warns of those that will be cut."""
        if not texts:
            return np.zeros(0, int)
        lengths = self.source_tokenizer.tokenize_to_ragged(texts).row_lengths().numpy()
        for position in np.flatnonzero(lengths > self.max_source_length):
            warnings.warn(
                f"Text {first + position} has {lengths[position]} tokens and is cut to "
                f"the first {self.max_source_length} (`max_source_length`).",
                stacklevel=4,
            )
        return lengths

    def save(self, folder, *, scores=None, description=None):
        """Saves everything needed to translate the same in another process.

        The folder gets the model, both tokenizers, the configuration, the scores and
        a README that tells what it is. Other files in it are left alone.

        Args:
            folder: Where to; made if missing.
            scores: Optional dictionary in place of `self.scores`.
            description: Optional text in place of `self.description`.

        Returns:
            The folder, as a `pathlib.Path`.
        """
        return saved_folder.write(
            folder,
            model=self.model,
            source_tokenizer=self.source_tokenizer,
            target_tokenizer=self.target_tokenizer,
            decoding={
                "max_source_length": self.max_source_length,
                "max_length": self.max_length,
            },
            scores=self.scores if scores is None else scores,
            description=self.description if description is None else description,
        )

    @classmethod
    def load(cls, folder):
        """Loads what `save` wrote, after checking that it is whole.

        Args:
            folder: The folder.

        Returns:
            A `Translator` that translates exactly as the saved one.

        Raises:
            InputError: If a file is missing, cut off or changed; it is named.
        """
        parts = saved_folder.read(folder)
        return cls(
            parts["model"],
            parts["source_tokenizer"],
            parts["target_tokenizer"],
            **parts["decoding"],
            scores=parts["scores"],
            description=parts["description"],
        )

    def export(self, folder):
        """Writes a SavedModel; see `seq2seq_keras.export.export_saved_model`."""
        return export_saved_model(self.graph, folder)


def _check_positive(name, value):
    if value < 1:
        raise InputError(f"`{name}` must be positive. Received: {name}={value}")
