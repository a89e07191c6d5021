"""Title, rows and columns of a heat map, with the tokens they stand for."""

from seq2seq_keras.plots.fonts import fonts_for
from seq2seq_keras.plots.token_labels import label_width

LINE_COLOR = "#cccccc"
_CELL = 0.32  # inches
_LETTER = 0.09


def grid_size(rows, columns, title):
    """Width and height in inches that give each label a row or column to read.

    Args:
        rows: List of labels, from above.
        columns: List of labels, from the left.
        title: String, above all.

    Returns:
        A tuple of two floats, for a figure with a bar of colours at its side.
    """
    longest_row = _LETTER * max(map(label_width, rows))
    longest_column = _LETTER * max(map(label_width, columns))
    width = _CELL * len(columns) + longest_row + 1.4
    # Slanted labels are as high as wide. A title may be wider than all else.
    width = max(width + 0.7 * longest_column, 1.2 * _LETTER * label_width(title) + 2)
    return width, _CELL * len(rows) + longest_column + 0.9


def label_grid(axes, rows, columns, title):
    """Writes the labels beside and above a heat map, and lines between its cells.

    Args:
        axes: matplotlib's axes with an image of a cell for each row and column.
        rows: List of labels, from above.
        columns: List of labels, from the left.
        title: String, above all.
    """
    axes.set_title(title, fontfamily=fonts_for([title]), parse_math=False, size=11)
    options = {"fontfamily": fonts_for(rows + columns), "parse_math": False}
    axes.set_yticks(range(len(rows)), rows, **options)
    axes.set_xticks(range(len(columns)), columns, **options)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    wide = [_LETTER * label_width(column) > _CELL for column in columns]
    for label, is_wide in zip(axes.get_xticklabels(), wide, strict=True):
        # A label wider than its column slants above those to the right of it. Where
        # many do, all do, which looks calmer.
        if is_wide or sum(wide) > len(wide) / 4:
            label.set(rotation=45, ha="left", rotation_mode="anchor")
    # Thin lines between the cells lead the eye in long sentences.
    axes.set_xticks([column + 0.5 for column in range(len(columns) - 1)], minor=True)
    axes.set_yticks([row + 0.5 for row in range(len(rows) - 1)], minor=True)
    axes.grid(which="minor", color=LINE_COLOR, linewidth=0.5)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_color(LINE_COLOR)
