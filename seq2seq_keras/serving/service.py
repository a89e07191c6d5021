"""What both protocols do: find a model, check a request, have it answered in time."""

import functools
import math
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import numpy as np

from seq2seq_keras.errors import InputError, check_unicode, shown
from seq2seq_keras.serving.aside import Aside
from seq2seq_keras.serving.batching import Item, Work
from seq2seq_keras.serving.catalog import Catalog, Model, Version
from seq2seq_keras.serving.failures import RequestError, too_large, wrong
from seq2seq_keras.serving.metrics import Metrics, TokenCounter
from seq2seq_keras.serving.options import ServingOptions
from seq2seq_keras.serving.served import Served
from seq2seq_keras.serving.signatures import Arrays

_DEFAULT_SIGNATURE = "serving_default"
# Those that search, as the model does by default.
_SEARCHES = (_DEFAULT_SIGNATURE, "nbest")
_SHARED = ("avoid", "allowed")
_AT_ONCE = 4  # requests whose options are looked up in a thread


class Service:
    """Answers requests, whichever protocol they came by.

    Args:
        catalog: The models.
        options: `ServingOptions`.
        metrics: What is counted.
    """

    def __init__(
        self, catalog: Catalog, options: ServingOptions, metrics: Metrics
    ) -> None:
        self.catalog = catalog
        self.options = options
        self.metrics = metrics
        self.tokens = TokenCounter(metrics)
        self.aside = Aside(_AT_ONCE)
        self.is_stopping = False

    @property
    def is_ready(self) -> bool:
        """Whether requests are answered: all models are there, and no end is near."""
        return self.catalog.is_ready and not self.is_stopping

    def deadline(self, seconds: float | None) -> float:
        """When a request that comes now is late, by `time.monotonic`."""
        most = self.options.timeout_seconds
        return time.monotonic() + (most if seconds is None else min(seconds, most))

    def check_texts(self, texts: Sequence[str]) -> None:
        """Refuses too many texts, too long ones, and what is no text.

        Raises:
            RequestError: Names the text.
        """
        self._check_count(len(texts))
        for number, text in enumerate(texts):
            field = f"texts.{number}"
            if len(text) > self.options.max_characters:
                raise self._too_long(number, len(text), field)
            try:
                check_unicode(text, f"Text {number}")
            except InputError as error:
                raise wrong(error, field) from None

    def _check_search(self, served: Served, count: int, search: dict[str, Any]) -> None:
        """Refuses what would keep all others waiting, and what is no text."""
        for name, limit in self.options.search_limits().items():
            if search.get(name, 0) > limit:
                raise RequestError(
                    "INVALID_ARGUMENT",
                    f"`{name}` may be {limit:,} at most. Received: "
                    f"{shown(search[name])}",
                    field=name,
                )
        for name in ("prefix", *_SHARED):
            texts = _texts_of(search.get(name))
            self._check_lengths(name, [len(text) for text in texts])
            for text in texts:
                try:
                    check_unicode(text, f"`{name}`")
                except InputError as error:
                    raise wrong(error, name) from None
        self._check_size(count, served.search_tokens(search))

    def _check_lengths(self, name: str, lengths: list[int]) -> None:
        """Refuses a prefix, or a list, that takes too long to be looked at."""
        if name == "prefix":
            longest, most = max(lengths, default=0), self.options.max_characters
            if longest > most:
                raise too_large(
                    f"`prefix` has {longest:,} characters, and {most:,} are allowed.",
                    name,
                )
            return
        most, characters = self.options.list_limits()[name]
        if len(lengths) > most or sum(lengths) > characters:
            raise too_large(
                f"`{name}` has {len(lengths):,} texts of {sum(lengths):,} characters, "
                f"and {most:,} of {characters:,} together are allowed.",
                name,
            )

    def _check_size(self, texts: int, tokens: int) -> None:
        """Refuses a search of so many tokens for each text."""
        most = self.options.max_search_tokens
        if texts * tokens > most:
            raise too_large(
                f"{texts:,} texts x {tokens:,} tokens (`beam_width`, or `n_best` "
                f"draws, x `max_length`) are more than {most:,} together. Send fewer, "
                "or ask for less.",
                "texts",
            )

    def _weight(self, tokens: int) -> int:
        """As how many texts one counts whose search has so many tokens.

        A full batch has no more of them than a request may have.
        """
        limit = self.options.max_search_tokens
        return max(1, math.ceil(tokens * self.options.max_batch_size / limit))

    def _too_long(self, number: int, length: int, field: str) -> RequestError:
        return too_large(
            f"Text {number} has {length:,} characters, and "
            f"{self.options.max_characters:,} are allowed.",
            field,
        )

    def _check_count(self, count: int) -> None:
        if count > self.options.max_texts:
            raise too_large(
                f"The request has {count:,} texts, and {self.options.max_texts:,} are "
                "allowed. Send them in several.",
                "texts",
            )

    async def translate(
        self,
        model: Model,
        version: Version,
        texts: Sequence[str],
        search: dict[str, Any],
        *,
        details: bool,
        trace: bool,
        deadline: float,
    ) -> list[Any]:
        """Translates texts in batches with those of others.

        Returns:
            Strings, or with `details` a `Translation` for each.

        Raises:
            RequestError: If an option does not fit, or there was no time.
        """
        request = await self._request(version, len(texts), search, deadline)
        return await self._answer(
            model, version, texts, search, request, details, trace, deadline
        )

    async def _request(
        self, version: Version, count: int, search: dict[str, Any], deadline: float
    ) -> Any:
        """What the options mean for so many texts, all of it checked."""
        self._check_search(version.served, count, search)
        ask = functools.partial(version.served.request, search, count)
        try:
            if {"prefix", *_SHARED} & search.keys():
                # Their tokens are looked up, which may take a moment.
                return await self.aside.run(ask, deadline)
            return ask()
        except InputError as error:
            raise wrong(error) from error

    async def _answer(
        self,
        model: Model,
        version: Version,
        texts: Sequence[str],
        search: dict[str, Any],
        request: Any,
        details: bool,
        trace: bool,
        deadline: float,
    ) -> list[Any]:
        work, items = self._translation(
            model, version, texts, search, request, details, trace
        )
        found = await model.batcher.submit(work, items, deadline)
        return found if request is None or not request.options.sample else found[0]

    def _translation(
        self,
        model: Model,
        version: Version,
        texts: Sequence[str],
        search: dict[str, Any],
        request: Any,
        details: bool,
        trace: bool,
    ) -> tuple[Work, list[Item]]:
        served = version.served

        def run(values: list[Any]) -> Sequence[Any]:
            if is_whole:
                (value,) = values
                return [served.translate(value, search, details, trace)]
            batch = [text for text, _ in values]
            given = dict(search)
            if "prefix" in search:
                given["prefix"] = [prefix for _, prefix in values]
            return served.translate(batch, given, details, trace)

        def done(values: list[Any], results: Sequence[Any], seconds: float) -> None:
            if is_whole:
                (results,) = results
                batch = list(values[0])
            else:
                batch = [text for text, _ in values]
            best = [r if isinstance(r, str) else r.text for r in results]
            self._count(model, version, len(batch), seconds)
            self.tokens.add(model.name, version.number, served.tokens, batch, best)

        # What is drawn depends on a text's place in its request.
        is_whole = request is not None and request.options.sample
        weight = self._weight(served.search_tokens(search))
        if is_whole:
            return Work(object(), run, done), [Item(texts, 0, len(texts) * weight)]
        options = None if request is None else request.options
        prefix = search.get("prefix")
        shared = tuple(tuple(search.get(name) or ()) for name in _SHARED)
        key = (id(served), options, prefix is None, shared, details, trace)
        prefixes = prefix if isinstance(prefix, list) else [prefix] * len(texts)
        items = [
            Item((text, own), len(text), weight)
            for text, own in zip(texts, prefixes, strict=True)
        ]
        return Work(key, run, done), items

    def _count(
        self,
        model: Model,
        version: Version,
        texts: int,
        seconds: float,
    ) -> None:
        self.metrics.batch(model.name, version.number, texts, seconds)
        self.metrics.gauge("queue_texts", model.batcher.waiting, model.name)

    async def stream(
        self,
        model: Model,
        version: Version,
        texts: Sequence[str],
        search: dict[str, Any],
        *,
        details: bool,
        trace: bool,
        deadline: float,
    ) -> AsyncIterator[Any]:
        """Yields what `translate` returns, one by one, as batches are ready."""
        request = await self._request(version, len(texts), search, deadline)
        prefix = search.get("prefix")
        # What is drawn depends on a text's place, and so all are drawn at once.
        draws = request is not None and request.options.sample
        size = max(len(texts), 1) if draws else self.options.max_batch_size
        for start in range(0, len(texts), size):
            part = slice(start, start + size)
            if isinstance(prefix, list):
                search = {**search, "prefix": prefix[part]}
            for found in await self._answer(
                model, version, texts[part], search, request, details, trace, deadline
            ):
                yield found

    async def predict(
        self,
        model: Model,
        version: Version,
        name: str,
        given: Arrays,
        deadline: float,
    ) -> Arrays:
        """Runs a signature.

        Args:
            model: The model.
            version: The version of it.
            name: The name of the signature.
            given: An array for each input.
            deadline: When it is too late.

        Returns:
            An array for each output.

        Raises:
            RequestError: If the inputs do not fit, or there was no time.
        """
        served = version.served
        signature = served.signatures[name]
        signature.check(given)
        count = next((len(a) for a in given.values() if a.ndim), 1)
        self._check_count(count)
        tokens = served.search_tokens({}) if name in _SEARCHES else 0
        self._check_size(count, tokens)
        texts = given.get("text", np.zeros(0, object)).ravel()
        for number, text in enumerate(texts):
            length = len(text.decode("utf-8", "replace"))
            if length > self.options.max_characters:
                raise self._too_long(number, length, "text")

        def done(values: list[Any], results: Sequence[Any], seconds: float) -> None:
            self._count(model, version, len(values) if by_row else count, seconds)

        by_row = signature.is_row_by_row and set(given) == {"text"} and count > 0
        if not by_row:
            work = Work(object(), lambda v: [served.predict(name, v[0])], done)
            (found,) = await model.batcher.submit(
                work, [Item(given, 0, count * self._weight(tokens))], deadline
            )
            return found

        def run(values: list[Any]) -> Sequence[Any]:
            found = served.predict(name, {"text": np.array(values, object)})
            return list(zip(*found.values(), strict=True))

        work = Work((id(served), name), run, done)
        weight = self._weight(tokens)
        items = [Item(text, len(text), weight) for text in texts]
        rows = await model.batcher.submit(work, items, deadline)
        columns = zip(*rows, strict=True)
        return {
            output: np.array(column, signature.outputs[output].dtype.as_numpy_dtype)
            for output, column in zip(_names(signature), columns, strict=True)
        }

    def signature_name(self, version: Version, asked: str | None) -> str | None:
        """The name of the signature that is meant; `None` if there is none."""
        name = asked or _DEFAULT_SIGNATURE
        return name if name in version.served.signatures else None


def _texts_of(given: str | Sequence[str] | None) -> Sequence[str]:
    """The texts of what may be one, several or none."""
    return [given] if isinstance(given, str) else given or ()


def _names(signature: Any) -> list[str]:
    return list(signature.outputs)
