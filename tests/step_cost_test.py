"""What a training step of each recipe costs is what is written of it, or less."""

import json
import subprocess
import sys

import pytest

from tools import step_cost

# A program of its own, since memory is counted from its start on.
PROGRAM = """
import json
from tools import step_cost
print("RESULT", json.dumps({name: step_cost.count(name) for name in step_cost.RECIPES}))
"""


@pytest.fixture(scope="module")
def counted():
    """What each recipe costs now."""
    printed = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        check=True,
        capture_output=True,
        text=True,
        cwd=step_cost.FILE.parents[1],
    ).stdout
    return json.loads(printed.partition("RESULT")[2])


@pytest.mark.parametrize("recipe", list(step_cost.RECIPES))
def test_a_step_costs_no_more_than_a_tenth_above_what_is_written(recipe, counted):
    written = json.loads(step_cost.FILE.read_text(encoding="utf-8"))[recipe]
    for name, value in written.items():
        assert counted[recipe][name] <= 1.1 * value, name
