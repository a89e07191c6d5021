"""Embeddings that a recurrent layer learns from at once, tied ones too."""

import keras


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class TiedEmbedding(keras.layers.ReversibleEmbedding):
    """An embedding whose matrix is also that of the output layer.

    The logits, products with the last layer, want a matrix of small numbers, the
    recurrent layers want inputs of a deviation of about 1: what the matrix gives is
    multiplied by the square root of its size.

    Example:

    >>> embedding = TiedEmbedding(100, 16)
    >>> embedding(keras.ops.array([[4, 9]])).shape
    TensorShape([1, 2, 16])
    >>> embedding(keras.ops.ones((1, 2, 16)), reverse=True).shape
    TensorShape([1, 2, 100])

    Reference:
        - [Press & Wolf, 2017](https://arxiv.org/abs/1608.05859): one matrix.
        - [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), section 3.4: the
          square root.
    """

    def call(self, inputs, reverse=False):
        outputs = super().call(inputs, reverse=reverse)
        return outputs if reverse else outputs * self.output_dim**0.5


def make_embedding(name, vocabulary_size, embedding_dim, *, reversible, dtype):
    """Makes an embedding that a recurrent layer learns from at once.

    Keras's default, uniform within 0.05, gives the recurrent layers inputs so small
    that they are slow to learn; a deviation of 1 is what PyTorch starts from too.

    Args:
        name: Name of the layer.
        vocabulary_size: Integer.
        embedding_dim: Integer.
        reversible: Whether its matrix is also that of the output layer.
        dtype: Name of the dtype policy.

    Returns:
        A `keras.layers.Embedding`; a `TiedEmbedding` if reversible, whose logits are
        float32.
    """
    deviation = embedding_dim**-0.5 if reversible else 1.0
    options = {
        "embeddings_initializer": keras.initializers.RandomNormal(stddev=deviation),
        "dtype": dtype,
        "name": name,
    }
    if reversible:
        return TiedEmbedding(
            vocabulary_size, embedding_dim, reverse_dtype="float32", **options
        )
    return keras.layers.Embedding(vocabulary_size, embedding_dim, **options)
