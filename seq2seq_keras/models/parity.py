"""Does decoding step by step compute what training computed?"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

from seq2seq_keras.models.inference import build_inference_models
from seq2seq_keras.special_tokens import PAD_ID, START_ID, UNKNOWN_ID

TOLERANCE = 1e-4
Arrays = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class ParityReport:
    """What `check_parity` found.

    Attributes:
        max_difference: Largest difference between the teacher-forced logits and those
            of the step-by-step models, over real tokens.
        agrees: Whether it is within the tolerance and the batch is as it should be.
        causes: What it looks like if not: any of "start token", "shift", "padding
            side", "not a number", "dropout left on", "mask", "state order", or
            "unknown".
    """

    max_difference: float
    agrees: bool
    causes: tuple[str, ...]

    def __str__(self) -> str:
        verdict = (
            "teacher forcing and step-by-step decoding agree"
            if self.agrees
            else f"they differ; look at: {', '.join(self.causes)}"
        )
        return f"largest difference {self.max_difference:.2e}: {verdict}"


def check_parity(
    model: keras.Model,
    batch: Any,
    *,
    encoder: keras.Model | None = None,
    decoder: keras.Model | None = None,
    tolerance: float = TOLERANCE,
) -> ParityReport:
    """Compares teacher-forced with step-by-step logits and names the usual causes.

    A model that trains well and translates badly nearly always decodes with other
    numbers than it was trained with. The same target is run through the training
    graph in one go and through encoder and decoder one token at a time; the logits
    must be equal.

    Args:
        model: A model from `build_model`, just trained or loaded. With an encoder and
            a decoder of your own, any Keras model with the same inputs.
        batch: What `make_dataset` yields, `(inputs, labels, sample_weights)`, as a
            tuple or a list, or just its inputs, a dictionary of `source_token_ids`
            and `target_token_ids`.
        encoder: Optional model to check in place of that of `build_inference_models`.
        decoder: Optional, likewise.
        tolerance: Float. The largest difference that counts as rounding; 1e-4 suits
            float32.

    Returns:
        A `ParityReport`.

    Example:

    >>> from seq2seq_keras.models import build_model
    >>> source, target = np.array([[5, 6, 3]]), np.array([[2, 7, 8]])
    >>> batch = {"source_token_ids": source, "target_token_ids": target}
    >>> check_parity(build_model(9, 9, units=8), batch).agrees
    True
    """
    is_whole = isinstance(batch, tuple | list)
    inputs, labels = batch[:2] if is_whole else (batch, None)
    inputs = {name: ops.convert_to_tensor(ids, "int32") for name, ids in inputs.items()}
    if encoder is None or decoder is None:
        own_encoder, own_decoder = build_inference_models(model)
        encoder, decoder = encoder or own_encoder, decoder or own_decoder
    steps = _Steps(model, encoder, decoder)
    difference = steps.difference(inputs)
    causes = [
        *_wrong_batch(inputs, labels),
        *_wrong_models(steps, inputs, difference, tolerance),
    ]
    return ParityReport(
        max_difference=difference,
        agrees=difference <= tolerance and not causes,
        causes=tuple(causes),
    )


class _Steps:
    """Runs the two ways of computing the same logits."""

    def __init__(
        self, model: keras.Model, encoder: keras.Model, decoder: keras.Model
    ) -> None:
        self.model, self.encoder, self.decoder = model, encoder, decoder

    def teacher_forced(self, inputs: Arrays) -> np.ndarray:
        return _numpy(self.model(inputs, training=False))

    def step_by_step(
        self, inputs: Arrays, reorder: Callable = lambda states: states
    ) -> np.ndarray:
        states = reorder(self.encoder(self._source(inputs), training=False))
        logits = []
        for index in range(inputs["target_token_ids"].shape[1]):
            token_ids = inputs["target_token_ids"][:, index : index + 1]
            step = self.decoder({"token_ids": token_ids, **states}, training=False)
            states |= {name: step[name] for name in step if name in states}
            logits.append(_numpy(step["logits"]))
        return np.concatenate(logits, axis=1)

    @staticmethod
    def _source(inputs: Arrays) -> Any:
        """What the encoder takes: one tensor, or all that is not the target."""
        source = {name: inputs[name] for name in inputs if "source" in name}
        return source if len(source) > 1 else source["source_token_ids"]

    def difference(self, inputs: Arrays, **options: Callable) -> float:
        """Largest difference where the decoder's input is a real token."""
        forced = self.teacher_forced(inputs)
        stepped = self.step_by_step(inputs, **options)
        real = _numpy(inputs["target_token_ids"]) != PAD_ID
        with np.errstate(invalid="ignore"):  # infinity from infinity is no number
            return float(np.abs(forced - stepped)[real].max())


def _wrong_batch(inputs: Arrays, labels: Any) -> Iterator[str]:
    """Mistakes that can be seen in the token ids alone."""
    target = _numpy(inputs["target_token_ids"])
    first = np.argmax(target != PAD_ID, axis=1)
    if (target[np.arange(len(target)), first] != START_ID).any():
        yield "start token"
    if labels is not None and _is_shifted_wrongly(target, _numpy(labels)):
        yield "shift"
    for token_ids in map(_numpy, inputs.values()):
        is_padding = token_ids == PAD_ID
        # On the right side, nothing real comes after padding.
        if (is_padding[:, :-1] & ~is_padding[:, 1:]).any():
            yield "padding side"
            return


def _is_shifted_wrongly(target: np.ndarray, labels: np.ndarray) -> bool:
    if labels.shape != target.shape:
        return True
    given, expected = target[:, 1:], labels[:, :-1]
    # A word that is to be copied is unknown when it is fed back.
    expected = np.where(given == UNKNOWN_ID, UNKNOWN_ID, expected)
    return (given != expected)[given != PAD_ID].any()


def _wrong_models(
    steps: _Steps, inputs: Arrays, difference: float, tolerance: float
) -> list[str]:
    """Causes found by changing one thing and looking whether the difference goes."""
    if difference <= tolerance:
        return []
    if np.isnan(difference):
        return ["not a number"]
    causes = []
    again = np.abs(steps.step_by_step(inputs) - steps.step_by_step(inputs)).max()
    if again > tolerance or _differs_again(steps, inputs, tolerance):
        causes.append("dropout left on")
    else:
        if _only_padded_rows_differ(steps, inputs, tolerance):
            causes.append("mask")
        if steps.difference(inputs, reorder=_swap_states) <= tolerance:
            causes.append("state order")
    return causes or ["unknown"]


def _differs_again(steps: _Steps, inputs: Arrays, tolerance: float) -> bool:
    forced = steps.teacher_forced(inputs) - steps.teacher_forced(inputs)
    return np.abs(forced).max() > tolerance


def _only_padded_rows_differ(steps: _Steps, inputs: Arrays, tolerance: float) -> bool:
    """Whether each row agrees once its own padding is cut off."""
    source = _numpy(inputs["source_token_ids"])
    target = _numpy(inputs["target_token_ids"])
    if (source != PAD_ID).all():
        return False
    lengths = {"source": (source != PAD_ID).sum(1), "target": (target != PAD_ID).sum(1)}
    for row in range(len(source)):
        trimmed = {
            name: token_ids[row : row + 1, : lengths[name.partition("_")[0]][row]]
            for name, token_ids in inputs.items()
        }
        if steps.difference(trimmed) > tolerance:
            return False
    return True


def _swap_states(states: Arrays) -> Arrays:
    """Exchanges what an LSTM's two states hold, in every layer."""
    swapped = {}
    for name in states:
        other = {"hidden": "cell", "cell": "hidden"}.get(name.rpartition("_")[2])
        partner = name.rpartition("_")[0] + f"_{other}"
        swapped[name] = states.get(partner, states[name])
    return swapped


def _numpy(tensor: Any) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor)
