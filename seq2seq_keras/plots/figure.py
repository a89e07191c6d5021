"""A figure that Jupyter shows and that saves itself."""

import io
import pathlib

import matplotlib.figure

from seq2seq_keras.errors import InputError
from seq2seq_keras.files import replaced_when_complete


class Figure(matplotlib.figure.Figure):
    """A figure that a notebook shows at the end of a cell.

    Jupyter shows the figures of pyplot, which it keeps until they are closed. These
    belong to who asked for them, and show themselves.
    """

    def _repr_png_(self) -> bytes:
        picture = io.BytesIO()
        self.savefig(picture, format="png", dpi=90, bbox_inches="tight")
        return picture.getvalue()

    def saved(self, path: str | pathlib.Path | None) -> "Figure":
        """Writes the figure, whole or not at all, in the format of the path's suffix.

        Its folder is made if missing; for `None` no file is written. Returns the
        figure.
        """
        if path is None:
            return self
        suffix = pathlib.Path(path).suffix[1:].lower()
        formats = self.canvas.get_supported_filetypes()
        if suffix not in formats:
            raise InputError(
                f"The suffix of {str(path)!r} names no format of pictures. Choose one "
                f"of {', '.join(sorted(formats))}, for instance 'picture.png'."
            )
        with replaced_when_complete(path) as beside:
            self.savefig(beside, format=suffix, dpi=150)
        return self
