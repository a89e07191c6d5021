"""A figure that Jupyter shows."""

import io

import matplotlib.figure


class Figure(matplotlib.figure.Figure):
    """A figure that a notebook shows at the end of a cell.

    Jupyter shows the figures of pyplot, which it keeps until they are closed. These
    belong to who asked for them, and show themselves.
    """

    def _repr_png_(self):
        picture = io.BytesIO()
        self.savefig(picture, format="png", dpi=90, bbox_inches="tight")
        return picture.getvalue()
