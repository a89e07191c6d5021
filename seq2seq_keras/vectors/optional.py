"""The packages that only some of the methods need."""

import importlib

from seq2seq_keras.errors import InputError


def import_optional(name, purpose):
    """Imports a module of the extra `vectors`, when it is needed and not before.

    Loading, comparing and using vectors needs NumPy alone, and so does GloVe but for
    TensorFlow. Who only does that does not have to install gensim and scikit-learn.

    Args:
        name: The module, e.g. "gensim.models".
        purpose: What needs it, the beginning of the message.

    Returns:
        The module.

    Raises:
        InputError: If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.split(".")[0].replace("sklearn", "scikit-learn")
        raise InputError(
            f"{purpose} cannot be made without {package}, and importing it failed "
            f"({error}). Install it with: pip install {package}"
        ) from error
