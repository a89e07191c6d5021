"""Files that several processes read, each for itself."""

from seq2seq_keras import data
from seq2seq_keras.errors import InputError


def check_shared(options: data.DataOptions) -> None:
    """Refuses what can be read only once.

    Args:
        options: The options that name the files.

    Raises:
        InputError: If one of them is standard input or a pipe.
    """
    for path in options.pipes():
        name = "Standard input" if path == data.STANDARD_INPUT else path
        raise InputError(
            f"{name} can be read only once, and each process of a training reads its "
            "files: write them to a file first."
        )
