"""The error of a user's data or options, and the check of a choice."""


class InputError(ValueError):
    """Something the user handed over cannot be used as it is.

    Its message is one line that says what happened, where, what was expected and
    how to mend it. The command line prints that line and exits with status 2; any
    other exception is a fault of the program and keeps its traceback.

    Example:

    >>> try:
    ...     check_choice("cell", "lstn", ("lstm", "gru"))
    ... except InputError as error:
    ...     print(error)
    `cell` must be one of 'lstm', 'gru'. Received: cell='lstn'
    """


def check_choice(name, value, choices):
    """Raises an `InputError` that names the choices if `value` is not one."""
    if value not in choices:
        allowed = ", ".join(repr(choice) for choice in choices)
        raise InputError(
            f"`{name}` must be one of {allowed}. Received: {name}={value!r}"
        )
