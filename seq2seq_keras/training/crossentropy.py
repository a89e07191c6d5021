"""The cross-entropy of each token, which loss and perplexity share."""

from keras import ops


def token_crossentropy(labels, logits, label_smoothing=0.0):
    """Computes the cross-entropy of each token, with labels smoothed or not.

    Most of a training step with a large vocabulary is spent on its logits. Keras's own
    function goes over them more often, and once more with the gradient of what
    smoothing adds; here a single softmax gives the loss and the gradient.

    Args:
        labels: Integers, shape `(batch, length)`.
        logits: float32, shape `(batch, length, vocabulary_size)`.
        label_smoothing: Float in [0, 1). Share of each label's probability that is
            spread evenly over the vocabulary.

    Returns:
        float32, shape `(batch, length)`, in nats.

    Example:

    >>> losses = token_crossentropy(ops.array([[5, 3]]), ops.zeros((1, 2, 8)))
    >>> [round(float(loss), 4) for loss in losses[0]]  # ln 8
    [2.0794, 2.0794]

    Reference:
        - [Szegedy et al., 2016](https://arxiv.org/abs/1512.00567), section 7.
    """
    labels = ops.cast(labels, "int32")

    @ops.custom_gradient
    def crossentropy(logits):
        # (batch, length, vocabulary) -> (tokens, vocabulary)
        rows = ops.reshape(logits, (-1, ops.shape(logits)[-1]))
        columns = ops.reshape(labels, (-1, 1))
        probabilities = ops.softmax(rows)
        # The greatest probability is exp(greatest logit - log_normalizer), and never
        # less than 1 / vocabulary_size: its logarithm is safe.
        log_normalizer = ops.max(rows, axis=-1) - ops.log(
            ops.max(probabilities, axis=-1)
        )
        true_logits = ops.take_along_axis(rows, columns, axis=-1)[:, 0]
        losses = log_normalizer - (1 - label_smoothing) * true_logits
        if label_smoothing:
            losses -= label_smoothing * ops.mean(rows, axis=-1)

        def gradient(upstream):
            slopes = _slopes(probabilities, columns, label_smoothing, upstream)
            return ops.reshape(slopes, ops.shape(logits))

        return ops.reshape(losses, ops.shape(labels)), gradient

    return crossentropy(logits)


def _slopes(probabilities, columns, label_smoothing, upstream):
    """Probabilities less smoothed labels, times the upstream gradient."""
    upstream = ops.reshape(upstream, (-1, 1))
    share = label_smoothing / ops.cast(ops.shape(probabilities)[-1], "float32")
    slopes = upstream * (probabilities - share if label_smoothing else probabilities)
    # Only one column of a row has more than its share.
    true = ops.take_along_axis(slopes, columns, axis=-1)
    true -= upstream * (1 - label_smoothing)
    rows = ops.arange(ops.shape(columns)[0], dtype="int32")[:, None]
    places = ops.concatenate([rows, columns], axis=-1)
    return ops.scatter_update(slopes, places, true[:, 0])
