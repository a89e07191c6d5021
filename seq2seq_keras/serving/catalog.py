"""The models that are served, each with its versions; new ones are looked for.

A model is a folder of a translator, a SavedModel, or a folder whose sub-folders have
numbers for names and are the one or the other. The highest number that could be loaded
answers. A version is loaded and warmed up beside the one that answers, which goes on
until the other is ready; what was begun with a version ends with it.
"""

import dataclasses
import gc
import os
import pathlib
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from seq2seq_keras.errors import InputError
from seq2seq_keras.serving.batching import Batcher
from seq2seq_keras.serving.failures import RequestError
from seq2seq_keras.serving.folders import (
    is_saved_model,
    marks_of,
    misnamed_in,
    named_folders,
    versions_in,
)
from seq2seq_keras.serving.options import ServingOptions
from seq2seq_keras.serving.served import (
    LOADING,
    Served,
    ServedSavedModel,
    ServedTranslator,
)

# The states of a version, as TensorFlow Serving numbers them.
START, LOADING_STATE, AVAILABLE, UNLOADING, END = 10, 20, 30, 40, 50


@dataclasses.dataclass
class Version:
    """A version of a model, in whatever state.

    Attributes:
        number: Integer.
        folder: Where it is.
        marks: What its files looked like when they were loaded.
        state: One of the states of TensorFlow Serving.
        error: Why it was refused, if it was; for clients, to whom paths begin in the
            model's folder.
        reason: The same, with whole paths.
        served: The model, while it is available.
    """

    number: int
    folder: pathlib.Path
    marks: Any = None
    state: int = START
    error: str = ""
    reason: str = ""
    served: Any = None


class Model:
    """A model with its versions and its queue.

    Args:
        name: What it is called.
        folder: What was named on the command line.
        options: `ServingOptions`.
    """

    def __init__(
        self, name: str, folder: pathlib.Path, options: ServingOptions
    ) -> None:
        self.name = name
        self.folder = folder
        self.labels = options.labels_of(name)
        self.versions: dict[int, Version] = {}
        self.looked = False  # whether what was there at first has been loaded
        self.batcher = Batcher(
            f"batches of {name}",
            max_batch_size=options.max_batch_size,
            batch_timeout=options.batch_timeout_ms / 1000,
            queue_size=options.queue_size,
        )

    def available(self) -> list[Version]:
        """The versions that can answer, the highest first."""
        found = [v for v in list(self.versions.values()) if v.state == AVAILABLE]
        return sorted(found, key=lambda version: -version.number)


class Catalog:
    """All models, and the thread that looks for new versions.

    Args:
        folders: What was named on the command line.
        options: `ServingOptions`.
        log: Function that is told of what happens, as keywords.

    Raises:
        InputError: If a folder holds no model, or two models have one name.
    """

    def __init__(
        self,
        folders: Sequence[str | os.PathLike],
        options: ServingOptions,
        log: Callable[..., None],
    ) -> None:
        self.options = options
        self.log = log
        self.models = {
            name: Model(name, folder, options)
            for name, folder in named_folders(folders, options).items()
        }
        self._stop = threading.Event()
        # When to look whether what was unloaded has gone.
        self._leaving: list[tuple[float, weakref.ref[Any]]] = []
        self._misnamed: set[pathlib.Path] = set()  # which were told of

    @property
    def is_ready(self) -> bool:
        """Whether every model has a version that answers."""
        return all(model.available() for model in self.models.values())

    def find(
        self, name: str | None, version: int | None = None, label: str | None = None
    ) -> tuple[Model, Version]:
        """The model and the version that a request names.

        Args:
            name: Its name; `None` for the only one there is.
            version: Optional integer. Defaults to the highest one.
            label: Optional string, in place of a version.

        Raises:
            RequestError: If there is none.
        """
        model = self.model(name)
        asked = f"Latest({model.name})"
        if version is not None and label is not None:
            raise RequestError(
                "INVALID_ARGUMENT",
                f"Both model version ({version}) and model version label ({label}) "
                "cannot be supplied.",
                field="label",
            )
        if label is not None:
            if label not in model.labels:
                raise RequestError(
                    "NOT_FOUND",
                    f"Unrecognized servable version label: {label}",
                    field="label",
                )
            version = model.labels[label]
        if version is not None:
            asked = f"Specific({model.name}, {version})"
        for found in model.available():
            if version in (None, found.number):
                return model, found
        if not model.looked:
            raise RequestError("UNAVAILABLE", "The server is loading its models.")
        raise RequestError(
            "NOT_FOUND",
            f"Servable not found for request: {asked}",
            field="model" if version is None else "version",
        )

    def model(self, name: str | None) -> Model:
        """The model of a name."""
        if name is None:
            if len(self.models) == 1:
                return next(iter(self.models.values()))
            raise RequestError(
                "INVALID_ARGUMENT",
                f"`model` must be one of {', '.join(self.models)}.",
                field="model",
            )
        if name not in self.models:
            raise RequestError(
                "NOT_FOUND",
                f"Servable not found for request: Latest({name})",
                field="model",
            )
        return self.models[name]

    def load(self) -> None:
        """Loads what there is.

        Raises:
            InputError: If a model has no version that can be loaded.
        """
        for model in self.models.values():
            while self.look(model):
                pass  # where one was refused, another may be wanted
            model.looked = True
            if not model.available():
                reasons = [version.reason for version in model.versions.values()]
                empty = f"{model.folder} is empty."
                raise InputError(reasons[-1] if reasons else empty)

    def watch(self) -> None:
        """Looks for new versions until `close`."""
        while not self._stop.wait(self.options.poll_seconds):
            for model in self.models.values():
                try:
                    self.look(model)
                except Exception as error:  # the next look may find what it needs
                    reason = f"{type(error).__name__}: {error}"
                    self.log(event="look failed", model=model.name, error=reason)

    def close(self, seconds: float) -> bool:
        """Stops looking, and ends the queues when they are answered.

        Args:
            seconds: How long to wait for each.

        Returns:
            Whether all have ended.
        """
        self._stop.set()
        ended = [model.batcher.close(seconds) for model in self.models.values()]
        return all(ended)

    def look(self, model: Model) -> bool:
        """Loads versions that are new, drops those that are old.

        One that was refused is new once its files have changed; one that is served
        stays as it is, whatever becomes of its files.

        Args:
            model: The model.

        Returns:
            Whether there was something to load.
        """
        there = versions_in(model.folder)
        wanted = self._wanted(model, there)
        new = [number for number in wanted if number not in _available(model)]
        for number in sorted(new, reverse=True):
            if not self._stop.is_set():
                self._load(model, Version(number, there[number]))
        kept = self._wanted(model, there)
        # One that was refused takes no other's place, and somebody has to answer.
        if not kept & _available(model):
            kept |= {version.number for version in model.available()[:1]}
        refused = {n for n in there if n not in _available(model)}
        for number in {*model.versions} - kept - refused:
            self._unload(model, number)
        if any(when <= time.monotonic() for when, _ in self._leaving):
            self._settle_memory()
        self._tell_misnamed(model)
        return bool(new)

    def _unload(self, model: Model, number: int) -> None:
        version = model.versions.pop(number)
        version.state = END  # it goes when the last request has its answer
        self.log(event="unloaded", model=model.name, version=number)
        if version.served is not None:
            self._leaving.append((time.monotonic(), weakref.ref(version.served)))

    def _tell_misnamed(self, model: Model) -> None:
        """Says of each model whose name is no version, once, that it is left out."""
        found = {*misnamed_in(model.folder)} - self._misnamed
        self._misnamed |= found
        for path in sorted(found):
            reason = "A version is a number below 2**63, and has one folder."
            self.log(event="ignored", model=model.name, folder=path.name, error=reason)

    def _wanted(self, model: Model, there: dict[int, pathlib.Path]) -> set[int]:
        """The versions that should answer, without those that were refused as such."""
        usable = [
            number
            for number in sorted(there)
            if (version := model.versions.get(number)) is None
            or version.state == AVAILABLE
            or version.marks != marks_of(there[number])
        ]
        labelled = {n for n in model.labels.values() if n in usable}
        return {*usable[-self.options.keep_versions :]} | labelled

    def _load(self, model: Model, version: Version) -> None:
        version.marks, version.state = marks_of(version.folder), LOADING_STATE
        model.versions[version.number] = version
        told = {"model": model.name, "version": version.number}
        try:
            with LOADING:
                served = self._read(version.folder.absolute())
                served.warm_up(self.options.max_batch_size)
        except Exception as error:  # one broken folder must not end the others
            version.state, version.reason = END, " ".join(str(error).split())
            version.error = _without_place(version.reason, model, version)
            self.log(event="refused", **told, error=version.reason)
            return
        self._settle_memory()
        version.served, version.state = served, AVAILABLE
        self.log(event="loaded", **told)

    def _settle_memory(self) -> None:
        """Has what stays be looked through for garbage now, and not under load.

        To go through all that TensorFlow and a model consist of takes a third of a
        second, in which nobody is answered. What was unloaded is to go, and is looked
        for again when no request can be under way that has it.
        """
        gc.unfreeze()
        gc.collect()
        later = time.monotonic() + self.options.timeout_seconds
        self._leaving = [
            (later, gone) for _, gone in self._leaving if gone() is not None
        ]
        if not self._leaving:
            gc.freeze()

    def _read(self, folder: pathlib.Path) -> Served:
        if is_saved_model(folder):
            return ServedSavedModel(folder)
        return ServedTranslator(folder, self.options.max_option_sets)


def _available(model: Model) -> set[int]:
    return {version.number for version in model.available()}


def _without_place(reason: str, model: Model, version: Version) -> str:
    """A reason that tells nobody where on the machine a model lies."""
    folder = model.folder
    # The last one differs from the others where a version is a link to elsewhere.
    for place in (folder.absolute(), folder.resolve(), version.folder.resolve()):
        reason = reason.replace(f"{place}{os.sep}", "")
        reason = reason.replace(str(place), model.name)
    return reason
