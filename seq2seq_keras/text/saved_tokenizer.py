"""Reading the file that `Tokenizer.save` wrote."""

import json
import pathlib

from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import SpecialTokens


def load_tokenizer(path, base):
    """Does the work of `Tokenizer.load`.

    Args:
        path: The JSON file.
        base: The class whose subclasses the file may name.

    Returns:
        A tokenizer of the class that was saved.

    Raises:
        InputError: If the file is missing, a folder, or does not describe a
            tokenizer.
    """
    path = pathlib.Path(path)
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        classes = {cls.__name__: cls for cls in _subclasses(base)}
        cls = classes[config.pop("class_name")]
        special_tokens = SpecialTokens(**config.pop("special_tokens"))
        return cls(**config, special_tokens=special_tokens)
    except FileNotFoundError as error:
        raise InputError(f"There is no tokenizer file {path}.") from error
    except IsADirectoryError as error:
        raise InputError(
            f"{path} is a folder. Name the JSON file of the tokenizer in it."
        ) from error
    except InputError as error:
        # Of what the file holds, or of an extra that is not installed.
        raise InputError(f"{path}: {error}") from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(
            f"{path} is damaged or is not a saved tokenizer "
            f"({type(error).__name__}: {error}). Save it again with "
            "`tokenizer.save(path)`."
        ) from error


def _subclasses(cls):
    for subclass in cls.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)
