"""Korean text as morphemes, to make vectors of."""

import importlib
import unicodedata

from seq2seq_keras.errors import InputError


class KoreanMorphemes:
    """Cuts Korean text into stems, endings and particles, with MeCab.

    A Korean word is a stem with what hangs on it: 학생이 and 학생은 are "student" as
    the subject and as the topic. Cut into morphemes, both are seen to hold 학생. It
    goes in the place of a tokenizer: `word2vec(texts, tokenizer=KoreanMorphemes())`.
    What it cuts cannot be joined again, so a translator needs one of the package's
    tokenizers.

    It needs the extra `korean`: `pip install python-mecab-ko`.

    Raises:
        InputError: If python-mecab-ko is not installed.

    Example:

    ```python
    vectors.KoreanMorphemes().split(["학생은 책을 읽어요"])
    # [['학생', '은', '책', '을', '읽', '어요']]
    ```

    Reference:
        - [python-mecab-ko](https://pypi.org/project/python-mecab-ko/), with the
          dictionary mecab-ko-dic.
    """

    def __init__(self):
        try:
            mecab = importlib.import_module("mecab")
        except ImportError as error:
            raise InputError(
                f"Morphemes cannot be found without python-mecab-ko, and importing it "
                f"failed ({error}). Install it with: pip install python-mecab-ko"
            ) from error
        self._mecab = mecab.MeCab()

    def split(self, texts):
        """Cuts texts into morphemes.

        Args:
            texts: List of strings.

        Returns:
            A list of lists of strings.
        """
        return [
            self._mecab.morphs(unicodedata.normalize("NFC", text)) for text in texts
        ]
