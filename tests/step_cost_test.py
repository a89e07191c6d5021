"""What a training step of each recipe costs is what is written of it, or less."""

import json
import subprocess
import sys

import pytest

from tools import step_cost

# A program of its own, since memory is counted from its start on.
PROGRAM = """
import json, sys
from tools import step_cost
print("RESULT", json.dumps({name: step_cost.count(name) for name in sys.argv[1:]}))
"""
# One of the small vocabularies and one of the large, whose logits are made in blocks.
FIRST = ["g2p", "multi30k"]
OTHERS = [name for name in step_cost.RECIPES if name not in FIRST]


@pytest.mark.parametrize(
    "recipes", [FIRST, pytest.param(OTHERS, marks=pytest.mark.slow)], ids=" ".join
)
def test_a_step_costs_no_more_than_a_tenth_above_what_is_written(recipes):
    printed = subprocess.run(
        [sys.executable, "-c", PROGRAM, *recipes],
        check=True,
        capture_output=True,
        text=True,
        cwd=step_cost.FILE.parents[1],
    ).stdout
    counted = json.loads(printed.partition("RESULT")[2])
    written = json.loads(step_cost.FILE.read_text(encoding="utf-8"))
    for recipe in recipes:
        for name, value in written[recipe].items():
            assert counted[recipe][name] <= 1.1 * value, (recipe, name)
