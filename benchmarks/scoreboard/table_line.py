"""A line of a table in Markdown."""


def table_line(cells):
    """Joins the texts of the cells."""
    return "| " + " | ".join(cells) + " |"
