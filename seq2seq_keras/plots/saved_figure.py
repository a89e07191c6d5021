"""Saving a picture whole or not at all."""

import pathlib

from seq2seq_keras.errors import InputError
from seq2seq_keras.files import replaced_when_complete


def save_figure(figure, path):
    """Writes a figure in the format that the path's suffix names.

    Args:
        figure: A `matplotlib.figure.Figure`.
        path: Where to; its folder is made if missing.

    Raises:
        InputError: If matplotlib does not write such files.
    """
    suffix = pathlib.Path(path).suffix[1:].lower()
    formats = figure.canvas.get_supported_filetypes()
    if suffix not in formats:
        raise InputError(
            f"The suffix of {str(path)!r} names no format of pictures. Choose one of "
            f"{', '.join(sorted(formats))}, for instance 'picture.png'."
        )
    with replaced_when_complete(path) as beside:
        figure.savefig(beside, format=suffix, dpi=150)
