"""A process that is killed while it changes files."""

import os
import warnings

import pytest

# What changes files, as pathlib and shutil call it.
CHANGES = ("rename", "replace", "mkdir", "rmdir", "unlink", "fsync", "chmod", "open")
KILLED = 9


def killed_at(number, action):
    """Runs `action` in a process that ends for good before its n-th change of a file.

    Returns whether there were so many.
    """
    with warnings.catch_warnings():
        # What the child does needs no other thread.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        status = 1
        try:
            changes = iter(range(1, number))

            def counted(change):
                def call(*arguments, **options):
                    if next(changes, None) is None:
                        os._exit(KILLED)
                    return change(*arguments, **options)

                return call

            for name in CHANGES:
                setattr(os, name, counted(getattr(os, name)))
            action()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, KILLED)
    return code == KILLED


@pytest.fixture(name="killed_at")
def killed_at_fixture():
    return killed_at
