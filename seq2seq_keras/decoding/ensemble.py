"""Several models that decide each token together."""

import functools
from collections.abc import Sequence

import tensorflow as tf

from seq2seq_keras.decoding.base import States, Step


def join_members(states: Sequence[States]) -> States:
    """One dictionary of the states, or of the memories, of several models.

    Args:
        states: A list of dictionaries, one for each model.

    Returns:
        A dictionary whose names begin with the number of the model: `0/hidden`.
        Where all have `attention_weights`, it has their mean under that name, and
        where all have a `source_mask`, what any of them sees.
    """
    joined = {
        f"{number}/{name}": state
        for number, member in enumerate(states)
        for name, state in member.items()
    }
    if all("attention_weights" in member for member in states):
        weights = [member["attention_weights"] for member in states]
        joined["attention_weights"] = sum(weights) / len(weights)
    if all("source_mask" in member for member in states):
        masks = [member["source_mask"] for member in states]
        joined["source_mask"] = functools.reduce(tf.logical_or, masks)
    return joined


def member_of(states: States, number: int) -> States:
    """What `join_members` has of one model.

    Args:
        states: The joined dictionary.
        number: Integer. Which one, from 0.

    Returns:
        A dictionary.
    """
    prefix = f"{number}/"
    return {
        name.removeprefix(prefix): state
        for name, state in states.items()
        if name.startswith(prefix)
    }


def ensemble_step(steps: Sequence[Step]) -> Step:
    """One step function of several.

    The probabilities of the models are averaged, which may follow the one that is
    sure of itself; the mean of the logarithms would follow the one that objects.

    Args:
        steps: A list of step functions with the same vocabulary.

    Returns:
        A step function whose states are those of `join_members`.

    Example:

    >>> def sure(token_ids, states):
    ...     return tf.math.log([[0.9, 0.1]]), states
    >>> def unsure(token_ids, states):
    ...     return tf.math.log([[0.5, 0.5]]), states
    >>> logits, _ = ensemble_step([sure, unsure])(tf.constant([2]), {})
    >>> tf.exp(logits).numpy().round(2)
    array([[0.7, 0.3]], dtype=float32)
    """

    def step(token_ids: tf.Tensor, states: States) -> tuple[tf.Tensor, States]:
        log_probabilities, following = [], []
        for number, member in enumerate(steps):
            logits, own = member(token_ids, member_of(states, number))
            log_probabilities.append(tf.nn.log_softmax(tf.cast(logits, tf.float32)))
            following.append(own)
        total = tf.reduce_logsumexp(tf.stack(log_probabilities), axis=0)
        return total - tf.math.log(float(len(steps))), join_members(following)

    return step
