"""One token for whatever stands between spaces."""

import tensorflow as tf

from seq2seq_keras.text.rows import join_rows
from seq2seq_keras.text.tokenizer import Tokenizer


class SpaceTokenizer(Tokenizer):
    """Splits text at white space and nowhere else.

    For text that is split already: phones (`ɓ aː ŋ ˧˦`), pieces of words of another
    tool (`lo@@ west`), atoms of molecules (`[nH]`), morphemes.

    Args:
        vocabulary: See `Tokenizer`; usually `SpaceTokenizer.fit(texts)` makes it.
        **options: See `Tokenizer`.

    Example:

    >>> tokenizer = SpaceTokenizer.fit(["ɓ aː ŋ ˧˦"])
    >>> tokenizer.split("ŋ aː ˧˦")
    ['ŋ', 'aː', '˧˦']
    >>> tokenizer.detokenize(tokenizer.tokenize("ŋ aː ˧˦"))
    'ŋ aː ˧˦'
    """

    def split_graph(self, texts: tf.Tensor) -> tf.RaggedTensor:
        return tf.strings.split(texts)

    def join_graph(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        return join_rows(tokens, " ")
