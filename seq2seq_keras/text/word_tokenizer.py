"""One token for each word, clitic and punctuation mark."""

import tensorflow as tf

from seq2seq_keras.decoding import WORD_BORDER
from seq2seq_keras.text.normalization import mark_words
from seq2seq_keras.text.rows import join_rows
from seq2seq_keras.text.tokenizer import Tokenizer
from seq2seq_keras.text.word_rules import JOINED, JOINER, WORD_RULES


class WordTokenizer(Tokenizer):
    """Splits text at white space, punctuation and clitics.

    - `don't` is `don` `'t`, `it's` is `it` `'s`;
    - `l'homme` is `l'` `homme`, `est-il` is `est` `-il`, `a-t-il` is `a` `-t-il`;
    - `rendez-vous`, `well-known` and `3.14` stay whole;
    - every other punctuation mark or symbol is a token, a run of dots is one.

    A token that touched its neighbour in the text carries the joiner `￭` on that
    side (`étudiant` `￭.`), so that `detokenize` gives back the spacing of the text
    without knowing the language: French writes ` ?` with a space and English
    `?` without. Words themselves stay clean. A joiner in the text becomes `■`.

    Scripts without spaces between words come out as one long word: use
    `CharacterTokenizer` for them.

    Args:
        vocabulary: See `Tokenizer`; usually `WordTokenizer.fit(texts)` makes it.
        **options: See `Tokenizer`.

    Example:

    >>> tokenizer = WordTokenizer.fit(["L'homme n'est-il pas là ?", "It's me."])
    >>> tokenizer.split("L'homme est-il là ?")
    ["L'￭", 'homme', 'est', '￭-il', 'là', '?']
    >>> tokenizer.detokenize(tokenizer.tokenize("L'homme est là."))
    "L'homme est là."
    """

    def split_graph(self, texts: tf.Tensor) -> tf.RaggedTensor:
        words = tf.strings.split(texts)
        # No rule looks across white space, and each word is in many texts.
        unique = tf.unique(words.flat_values)
        tokens = tf.gather(self._cut(unique.y), unique.idx)
        return words.with_values(tokens).merge_dims(1, 2)

    def _cut(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """The tokens of texts, or of words, that it takes one by one."""
        for pattern, rewrite in WORD_RULES:
            texts = tf.strings.regex_replace(texts, pattern, rewrite)
        return tf.strings.split(texts)

    def join_graph(self, tokens: tf.RaggedTensor) -> tf.Tensor:
        text = join_rows(tokens, " ")
        return tf.strings.regex_replace(text, JOINED, "")

    def bare_word(self, token: str) -> str:
        return token.strip(JOINER)

    def spelling(self, token: str) -> str:
        # A clitic or a mark is a word to avoid too, within a token as well.
        return f"{WORD_BORDER}{mark_words(self.bare_word(token))}{WORD_BORDER}"
