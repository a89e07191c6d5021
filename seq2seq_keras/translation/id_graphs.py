"""The graphs that other runtimes get: token ids in, token ids out.

Tokenizing is left to each runtime, since few have operations on strings.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from seq2seq_keras.decoding import SearchInputs, search
from seq2seq_keras.translation.graph import TranslationGraph

_Tensors = dict[str, tf.Tensor]
# What each option of a search is as an input: its name and type, a scalar.
_ALWAYS = {
    **{"max_length": tf.int32, "max_length_ratio": tf.float32},
    **{"length_offset": tf.float32, "length_exponent": tf.float32},
}
_OF_BEAM = {"beam_width": tf.int32, "n_best": tf.int32}
_RULES = {
    **{"min_length": tf.int32, "min_length_ratio": tf.float32},
    **{"block_ngrams": tf.int32, "repetition_penalty": tf.float32},
}
_WITH_ATTENTION = {"coverage_penalty": tf.float32}


class IdGraph(NamedTuple):
    """A function of tensors by name, and what they are.

    Attributes:
        run: Function of TensorFlow, traced for `inputs`, of keyword arguments to a
            dictionary, both tensors by name.
        inputs: Dictionary of a `tf.TensorSpec` for each argument.
    """

    run: Any
    inputs: dict[str, tf.TensorSpec]


def _traced(function: Callable[..., _Tensors], inputs: Any) -> IdGraph:
    def run(**inputs: tf.Tensor) -> _Tensors:
        # Keras draws masks for dropout also where nothing is dropped, and assigns the
        # next seed, which would be an operation of the graph.
        with keras.StatelessScope():
            return function(**inputs)

    traced = tf.function(run, autograph=False)
    return IdGraph(traced.get_concrete_function(**inputs), inputs)


def id_graphs(graph: TranslationGraph) -> dict[str, IdGraph]:
    """The encoder, the one-step decoder and the searches of a translator.

    Args:
        graph: A `TranslationGraph` of one model.

    Returns:
        A dictionary with, for `encoder`, `decoder`, `greedy_search` and `beam_search`,
        and for both of these with the ending `_with_rules`, an `IdGraph`.
    """
    source = _source_specs(graph)
    encoder = _traced(functools.partial(_encode, graph), source)
    states = encoder.run.structured_outputs
    state_specs = {
        name: tf.TensorSpec([None, *state.shape[1:]], state.dtype, name)
        for name, state in states.items()
    }
    if graph.copies:  # a part of the memory
        state_specs["source_copy_ids"] = source["source_copy_ids"]
    token_ids = tf.TensorSpec([None], tf.int32, "token_ids")
    return {
        "encoder": encoder,
        "decoder": _traced(
            functools.partial(_step, graph), {"token_ids": token_ids, **state_specs}
        ),
        **dict(_searches(graph, "attention_weights" in states)),
    }


def _source_specs(graph: TranslationGraph) -> dict[str, tf.TensorSpec]:
    names = ["source_token_ids", *["source_copy_ids"] * graph.copies]
    return {name: tf.TensorSpec([None, None], tf.int32, name) for name in names}


def _encode(graph: TranslationGraph, **source: tf.Tensor) -> _Tensors:
    states, memory = graph.start(source)
    # What is handed through is the caller's already.
    return {n: x for n, x in {**states, **memory}.items() if n not in source}


def _step(
    graph: TranslationGraph, token_ids: tf.Tensor, **states: tf.Tensor
) -> _Tensors:
    logits, following = graph.step(token_ids, states)
    # An output cannot have the name of an input.
    following = {f"next_{name}": state for name, state in following.items()}
    return {"logits": logits, **following}


def _searches(graph: TranslationGraph, attends: bool) -> Iterator[tuple[str, IdGraph]]:
    for kind, of_kind in (("greedy_search", {}), ("beam_search", _OF_BEAM)):
        covers = _WITH_ATTENTION if attends and of_kind else {}
        for ending, rules in (("", {}), ("_with_rules", {**_RULES, **covers})):
            scalars = {**_ALWAYS, **of_kind, **rules}
            inputs = _source_specs(graph) | {
                name: tf.TensorSpec([], dtype, name) for name, dtype in scalars.items()
            }
            if rules:
                inputs["prefix"] = tf.TensorSpec([None, None], tf.int32, "prefix")
            run = functools.partial(_search, graph)
            yield f"{kind}{ending}", _traced(run, inputs)


def _search(graph: TranslationGraph, **inputs: Any) -> _Tensors:
    source = {name: inputs.pop(name) for name in _source_specs(graph)}
    prefix = inputs.pop("prefix", None)
    states, memory = graph.start(source)
    found = search(
        graph.step,
        states,
        memory=memory,
        options=SearchInputs(**inputs),
        source_token_ids=source["source_token_ids"],
        prefix=prefix,
        plain=True,
    )
    found = graph.with_posteriors(found, states, memory)
    outputs = {
        "token_ids": found.token_ids,
        "log_probabilities": found.log_probabilities,
        "scores": found.scores,
    }
    if found.attention_weights is not None:
        outputs["attention"] = found.attention_weights
    return outputs
