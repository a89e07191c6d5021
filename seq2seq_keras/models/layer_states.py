"""What was done to the layers of a model after it was built."""

from collections.abc import Collection, Iterator
from typing import Any

import keras

from seq2seq_keras.errors import InputError

_QUANTIZED = ("int8", "int4", "float8")


def layer_states(
    model: keras.Model, known: Collection[keras.layers.Layer] = ()
) -> dict[str, dict[str, Any]]:
    """What a model that is built anew lacks: what is frozen, quantized, has LoRA.

    Args:
        model: A Keras model.
        known: Layers that the constructor freezes itself.

    Returns:
        A dictionary from the paths of layers to what `restore_layers` makes of them.

    Raises:
        InputError: If it cannot be made again.
    """
    states: dict[str, dict[str, Any]] = {}
    for path, layer, parent in _walk(model):
        state: dict[str, Any] = {}
        above = True if parent is None else parent.trainable
        if layer.trainable != above and not any(layer is each for each in known):
            state["trainable"] = layer.trainable
        if mode := getattr(layer, "quantization_mode", None):
            _check_quantized(layer, mode)
            state["quantized"] = mode
        if getattr(layer, "lora_enabled", False):
            state["lora_rank"] = layer.lora_rank
            state["lora_alpha"] = layer.lora_alpha
        if state:
            states[path] = state
    return states


def restore_layers(model: keras.Model, states: dict[str, dict[str, Any]]) -> None:
    """Does to the layers of a model what `layer_states` found.

    Args:
        model: A Keras model that was just built.
        states: The dictionary.

    Raises:
        InputError: If a layer is not there or cannot be changed so.
    """
    layers = {path: layer for path, layer, _ in _walk(model)}
    for path, state in states.items():
        if path not in layers:
            raise InputError(f"The model has no layer {path!r} to restore.")
        layer = layers[path]
        if "quantized" in state:
            layer.quantize(state["quantized"])
        if "lora_rank" in state:
            layer.enable_lora(state["lora_rank"], lora_alpha=state["lora_alpha"])
        if "trainable" in state:
            # Of all that is in it, too; what differs comes after it.
            layer.trainable = state["trainable"]


def copy_model(model: keras.Model, **changes: Any) -> Any:
    """A model with the same weights that shares nothing with `fit`.

    Args:
        model: An `EncoderDecoder`.
        **changes: What its configuration has otherwise, e.g. `precision="float32"`.

    Returns:
        A model of the same class, not compiled.

    Raises:
        InputError: If its configuration does not make such a model.
    """
    try:
        copy = type(model).from_config({**model.get_config(), **changes})
    except TypeError as error:
        raise InputError(
            f"A {type(model).__name__} cannot be made of its own configuration "
            f"({error}): `get_config` must add to `super().get_config()` all arguments "
            "of the constructor."
        ) from error
    # What draws words in training is put there by `compile`, and a copy has none.
    drawing = getattr(model, "scheduled_sampling", None)
    layers = [each for each in _walk(model) if each[1] is not drawing]
    pairs = zip(layers, _walk(copy), strict=True)
    # As `save` does it, which also adds what LoRA has learnt to the weights.
    for (_, layer, _), (_, copied, _) in pairs:
        store: dict[str, Any] = {}
        layer.save_own_variables(store)
        copied.load_own_variables(store)
    return copy


def _walk(
    layer: Any, path: str = "", parent: Any = None, seen: set[int] | None = None
) -> Iterator[tuple[str, Any, Any]]:
    """All layers with their paths and what they stand in; each once, parents first."""
    seen = set() if seen is None else seen
    seen.add(id(layer))
    yield path, layer, parent
    names: set[str] = set()
    for child in layer._layers:
        name = child.name
        while name in names:
            name += "'"
        names.add(name)
        if id(child) not in seen:
            yield from _walk(child, f"{path}/{name}", layer, seen)


def _check_quantized(layer: Any, mode: str) -> None:
    options = getattr(layer, "quantization_config", None)
    usual = options is None or _quantizers(options) == _quantizers(type(options)())
    if mode not in _QUANTIZED or not usual:
        raise InputError(
            f"The layer {layer.name!r} is quantized in a way ({mode}) that cannot be "
            f"saved: quantize with one of {', '.join(_QUANTIZED)}, without options."
        )


def _quantizers(options: Any) -> list[Any]:
    both = options.weight_quantizer, options.activation_quantizer
    return [each if each is None else (type(each), each.get_config()) for each in both]
