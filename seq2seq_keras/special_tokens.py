"""The four tokens every vocabulary starts with."""

import dataclasses

from seq2seq_keras.errors import InputError, check_unicode

PAD_ID = 0
UNKNOWN_ID = 1
START_ID = 2
END_ID = 3
SPECIAL_COUNT = 4


@dataclasses.dataclass(frozen=True)
class SpecialTokens:
    """How the special tokens are written.

    Their ids never change: padding is 0, the unknown word 1, the start of a
    sentence 2 and its end 3. The forms are only what a person sees, for instance
    in place of an unknown word. Text that happens to contain such a form is text:
    it becomes the unknown token or is split like any other word, and can neither
    end a sentence nor pass for padding.

    Args:
        pad: Fills a sequence up to the length of its batch.
        unknown: Stands for every token the vocabulary lacks.
        start: The first input of the decoder.
        end: What the decoder predicts after the last word.

    Raises:
        InputError: If two forms are equal, or one is empty, has white space or is not
            valid Unicode.

    Example:

    >>> SpecialTokens(start="<s>", end="</s>").forms
    ('<pad>', '<unk>', '<s>', '</s>')
    """

    pad: str = "<pad>"
    unknown: str = "<unk>"
    start: str = "<sos>"
    end: str = "<eos>"

    def __post_init__(self) -> None:
        for form in self.forms:
            if not form or form.split() != [form]:
                raise InputError(
                    "A special token must be a non-empty word without white space. "
                    f"Received: {form!r}"
                )
            check_unicode(form, "A special token")
        if len(set(self.forms)) < SPECIAL_COUNT:
            raise InputError(
                "The special tokens must differ from each other. "
                f"Received: {', '.join(self.forms)}"
            )

    @property
    def forms(self) -> tuple[str, str, str, str]:
        """The four surface forms in the order of their ids."""
        return (self.pad, self.unknown, self.start, self.end)


DEFAULT_SPECIAL_TOKENS = SpecialTokens()
