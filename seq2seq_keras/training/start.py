"""What a training starts from that its options do not describe."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import keras

from seq2seq_keras.architecture import Architecture
from seq2seq_keras.data import DataOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.models import EncoderDecoder
from seq2seq_keras.text import FeaturesTokenizer
from seq2seq_keras.training.config import TrainingConfig
from seq2seq_keras.translation import Translator

# A model, or a function from the sizes of its two vocabularies to one.
Model = EncoderDecoder | Callable[[int, int], EncoderDecoder]

_OF_MODEL = {field.name for field in dataclasses.fields(Architecture)}
OPTIONS_OF_TOKENIZERS = (
    *("tokenizer", "target_tokenizer", "lowercase", "unicode_form", "special_tokens"),
    *("min_frequency", "max_vocabulary_size", "share_vocabulary", "keep_white_space"),
    *("vocabulary", "source_vocabulary", "target_vocabulary", "reverse_target"),
)
_OF_VECTORS = ("source_vectors", "target_vectors", "vectors_deviation")


def load_start(config: TrainingConfig, model: Model | None) -> Translator | None:
    """Loads the translator that `init` names, if it names one.

    Raises:
        InputError: If there is none, or an option says what it brings along.
    """
    if config.init is None:
        return None
    if model is not None:
        raise InputError("`init` brings its model along: leave `model` out.")
    start = Translator.load(config.init)
    has_features = isinstance(start.source_tokenizer, FeaturesTokenizer)
    if config.has_features and not has_features:
        raise InputError(
            f"{config.init} was trained without features, so they would all be "
            "unknown: leave `features_column` out, or take pairs without features."
        )
    if has_features:
        own = start.source_tokenizer.features_separator
        if config.features_separator not in (own, DataOptions.features_separator):
            raise InputError(
                f"{config.init} knows features that `{own}` parts: leave "
                "`features_separator` out, and have them parted so in the files."
            )
    has = start.model.get_config()
    for field in dataclasses.fields(config):
        of_model = field.name in _OF_MODEL
        value = getattr(config, field.name)
        if value == field.default or (of_model and value == has.get(field.name)):
            continue
        if field.name == "precision" and value == "auto":
            continue
        if of_model or field.name in (*OPTIONS_OF_TOKENIZERS, *_OF_VECTORS):
            raise InputError(
                f"`{field.name}` cannot be chosen anew: the training goes on from "
                f"{config.init}, with its tokenizers, model and weights. Leave it out."
            )
    return start


def architecture_of(start: Translator, config: TrainingConfig) -> dict[str, Any]:
    """What the model of a start is made of, by the options that a training has."""
    has = start.model.get_config()
    names = _OF_MODEL & {*has}
    if not config.has_features:
        names -= {"features_encoder", "attend_features"}
    # A cell or an attention that is written in full stays in the model.
    return {name: has[name] for name in names if not isinstance(has[name], dict)}


def given_model(
    model: Model, sizes: Sequence[int], config: TrainingConfig
) -> EncoderDecoder:
    """The user's model, if it fits the tokenizers and the configuration."""
    for field in dataclasses.fields(Architecture):
        if getattr(config, field.name) != field.default:
            raise InputError(
                f"`{field.name}` says what a model is made of, but `model` is given: "
                "leave it out."
            )
    if config.source_vectors or config.target_vectors:
        raise InputError("With a `model` of your own, give it its word vectors too.")
    made: Any = model if isinstance(model, keras.Model) else model(*sizes)
    if not isinstance(made, EncoderDecoder):
        raise InputError(
            "`model` must be an `EncoderDecoder`, or a function from the sizes of both "
            f"vocabularies to one. Received: a {type(made).__name__}"
        )
    has = [made.source_vocabulary_size, made.target_vocabulary_size]
    if has != list(sizes):
        raise InputError(
            f"The tokenizers have {sizes[0]:,} and {sizes[1]:,} tokens, but `model` "
            f"was made for {has[0]:,} and {has[1]:,}. Give a function from these sizes "
            "to a model, and it fits."
        )
    return made
