"""The model in a saved folder: looked through before Keras builds any of it.

`keras.saving.load_model` builds whatever a file names: any class that is registered or
stands in Keras, with any sizes. Here a file may name the package's own classes, those
that modules in use have registered, and the layers, initializers and the like of Keras
that do nothing but calculate; and no size that its weights do not bear out.
"""

import io
import os
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import keras
from keras.src.saving import saving_lib

from seq2seq_keras.errors import InputError
from seq2seq_keras.hdf5 import count_numbers
from seq2seq_keras.models import EncoderDecoder
from seq2seq_keras.untrusted import (
    in_one_line,
    open_archive,
    parse_json,
    read_member,
    shown,
)

_CONFIG = "config.json"
_WEIGHTS = "model.weights.h5"
_OWN = "seq2seq_keras"
# Where Keras's own parts are looked for, as it writes their module.
_KERAS = {
    "keras": keras,
    "keras.activations": keras.activations,
    "keras.constraints": keras.constraints,
    "keras.dtype_policies": keras.dtype_policies,
    "keras.initializers": keras.initializers,
    "keras.layers": keras.layers,
    "keras.quantizers": keras.quantizers,
    "keras.random": keras.random,
    "keras.regularizers": keras.regularizers,
}
_KINDS = (
    keras.layers.Layer,
    keras.initializers.Initializer,
    keras.regularizers.Regularizer,
    keras.constraints.Constraint,
    keras.dtype_policies.DTypePolicy,
    keras.quantizers.Quantizer,
    keras.random.SeedGenerator,
)
# They open files, or run what another library or the file itself brings.
_DOING_MORE = {
    *("Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"),
    *("StringLookup", "IntegerLookup", "TextVectorization"),
}
# How Keras writes values that JSON has not.
_VALUES = {
    *("__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__"),
    "__keras_tensor__",
}
# Which warnings are caught is a setting of the process, not of a thread.
_ONE_BY_ONE = threading.Lock()
# So many weights a model may always have.
_FEW_WEIGHTS = 2**16


def build_stored_model(
    content: bytes, path: str | os.PathLike, vocabulary_sizes: tuple[int, int]
) -> EncoderDecoder:
    """Builds the model of a file that was read into memory.

    Raises:
        InputError: If it is no archive of a model that this package saved, or names
            what may not be built.
    """
    with open_archive(content, path, (_CONFIG, _WEIGHTS)) as archive:
        config = parse_json(read_member(archive, _CONFIG, path), f"{path}: {_CONFIG}")
        weights = read_member(archive, _WEIGHTS, path)
    count = count_numbers(weights, f"{path} is damaged: {_WEIGHTS} in it")
    del weights  # Keras takes its own copy
    cls = _model_class(config, path)
    _check_sizes(cls, config, vocabulary_sizes, count, path)
    for thing in _objects(config):
        found = _check_object(thing, path)
        # `least_weights` looked at those of the model itself.
        if thing is not config and _top_module(found) in (_OWN, "keras"):
            _check_numbers(thing, count, path)
    model = _load(content, path)
    if not isinstance(model, EncoderDecoder):
        raise InputError(f"{path} holds no `EncoderDecoder`.")
    return model


def _load(content: bytes, path: str | os.PathLike) -> Any:
    """Has Keras build it; an error of Keras's comes alone, without its warnings."""
    with _ONE_BY_ONE, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            # `keras.saving.load_model` takes a path only: it would read the file again.
            model = saving_lib.load_model(
                io.BytesIO(content), compile=False, safe_mode=True
            )
        except Exception as error:  # whatever a wrong value makes Keras stumble over
            raise InputError(
                f"{path}: the model cannot be built ({in_one_line(error)})."
            ) from error
    for x in told:
        warnings.warn_explicit(x.message, x.category, x.filename, x.lineno)
    return model


def _model_class(config: Any, path: str | os.PathLike) -> type[EncoderDecoder]:
    name = config.get("registered_name") if isinstance(config, dict) else None
    found = keras.saving.get_registered_object(name) if _is_text(name) else None
    if found is None:
        raise InputError(
            f"{path} holds a model of the class {shown(name)}, which is not registered "
            "with Keras: import the module that defines it before loading."
        )
    if not (isinstance(found, type) and issubclass(found, EncoderDecoder)):
        raise InputError(f"{path} holds a {shown(name)}, which is no `EncoderDecoder`.")
    return found


def _check_sizes(
    cls: type[EncoderDecoder],
    config: dict[str, Any],
    vocabulary_sizes: tuple[int, int],
    count: int,
    path: str | os.PathLike,
) -> None:
    """Refuses sizes that the tokenizers or the stored weights contradict."""
    options = config.get("config")
    if not isinstance(options, dict):
        raise InputError(f"{path} is damaged: the model in it has no options.")
    sides = zip(("source", "target"), vocabulary_sizes, strict=True)
    for side, size in sides:
        name = f"{side}_vocabulary_size"
        if options.get(name, size) != size:
            raise InputError(
                f"{path} holds a model with {name}={shown(options[name])}, but the "
                f"{side} tokenizer has {size:,} tokens."
            )
    try:
        least = cls.least_weights(options)
    except Exception as error:
        raise InputError(
            f"{path} holds a model that cannot be built ({in_one_line(error)})."
        ) from error
    # What was done to single layers has small numbers, such as the rank of LoRA.
    largest = max(_numbers(options.get("layers")), default=0)
    if largest > max(count, _FEW_WEIGHTS) // 64:
        raise InputError(
            f"{path} is damaged: its model was changed by a number of {largest:,}, and "
            f"it holds {count:,} weights."
        )
    if least > count:
        raise InputError(
            f"{path} is damaged: the options of its model ask for {least:,} weights or "
            f"more, and it holds {count:,}."
        )


def _objects(config: Any) -> Iterator[dict[str, Any]]:
    """Every part of a configuration that Keras would make an object of."""
    waiting = [config]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "registered_name" in part or {"class_name", "config"} <= set(part):
                yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _check_object(thing: dict[str, Any], path: str | os.PathLike) -> Any:
    """What an object would be made of, `None` for plain values, if it may be."""
    name, config = thing.get("class_name"), thing.get("config")
    if _is_text(name) and name in _VALUES:
        return None
    found = _found(thing, path)
    if thing.get("compile_config"):
        raise InputError(
            f"{path}: its {shown(name)} brings what it was compiled with, which a "
            "saved translator has no use for. Save it with `Translator.save`."
        )
    if _top_module(found) in (_OWN, "keras") and isinstance(config, dict):
        for option in ("cell", "attention"):
            # `registry.find` would look it up in any module that is loaded.
            if _is_text(config.get(option)) and ":" in config[option]:
                raise InputError(
                    f"{path}: its {shown(name)} names {shown(config[option])} for "
                    f"`{option}`, which is not the name of a registered class."
                )
    return found


def _found(thing: dict[str, Any], path: str | os.PathLike) -> Any:
    """The class or function that an object would be made of."""
    name, config = thing.get("class_name"), thing.get("config")
    module, registered = thing.get("module"), thing.get("registered_name")
    sought = config if name == "function" else registered
    place = shown(f"{module}.{name}")
    found = keras.saving.get_registered_object(sought) if _is_text(sought) else None
    if found is not None:
        has_name = name in ("function", getattr(found, "__name__", name))
        # Keras writes of every function that it is built in.
        is_own = _top_module(found) == _OWN and name != "function"
        if not has_name or (is_own and str(module).partition(".")[0] != _OWN):
            raise InputError(
                f"{path} gives out {place} as {shown(sought)}, which is another."
            )
        return found
    if _is_text(name) and _is_text(module) and module in _KERAS:
        if name == "function":
            found = getattr(keras.activations, str(config), None)
        elif name not in _DOING_MORE and registered in (None, name):
            found = getattr(_KERAS[module], str(name), None)
            if not (isinstance(found, type) and issubclass(found, _KINDS)):
                found = None
    if found is None:
        raise InputError(
            f"{path} names {place} (registered as {shown(registered)}), which is "
            "neither a part of Keras that a saved model may have nor registered by a "
            "module that is imported: import the module that defines it before loading."
        )
    return found


def _check_numbers(thing: dict[str, Any], count: int, path: str | os.PathLike) -> None:
    """Refuses what would take more memory than the stored weights account for."""
    most = max(count, _FEW_WEIGHTS)
    config = thing["config"] if isinstance(thing.get("config"), dict) else {}
    own = [value for name, value in config.items() if "seed" not in name]
    numbers = [*_numbers(own), *_numbers(thing.get("build_config"))]
    # A matrix of weights has two sides.
    largest, second = sorted([*numbers, 1, 1], reverse=True)[:2]
    if largest * second > most:
        name = shown(thing.get("class_name"))
        raise InputError(
            f"{path} is damaged: the numbers of its {name}, such as "
            f"{largest:,}, ask for more weights than the {count:,} it holds."
        )


def _numbers(content: Any) -> list[int]:
    """The whole numbers of a configuration, but for those of objects in it."""
    numbers, waiting = [], [content]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict) and "class_name" not in part:
            waiting += part.values()
        elif isinstance(part, int) and not isinstance(part, bool):
            numbers.append(part)
    return numbers


def _top_module(found: Any) -> str:
    return getattr(found, "__module__", "").partition(".")[0]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
