"""The units in which the table shows a metric."""

_SHARES = ("exact_match", "wer", "symbol_error_rate")


def shown_as(metric):
    """What a metric is multiplied by, and its digits after the point."""
    return (100, 1) if metric in _SHARES else (1, 2)
