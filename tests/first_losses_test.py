"""Trainings of the recipes begin as they did with an earlier version."""

import json
import pathlib

import numpy as np
import pytest
from fixtures.first_losses import RECIPES, first_losses, processor

BEFORE = json.loads(
    pathlib.Path(__file__).parent.joinpath("fixtures", "first_losses.json").read_text()
)
# Rounding differs from processor to processor, a little even where they can do the
# same, and grows from step to step.
TOLERANCE = 1e-4 if processor() == BEFORE["processor"] else 0.05


def check(recipe: str, steps: int) -> None:
    losses = first_losses(recipe, steps)
    before = BEFORE[recipe][:steps]
    np.testing.assert_allclose(losses, before, rtol=0, atol=TOLERANCE)
    # And something was learnt.
    assert losses[-1] < losses[0]


def test_the_demo_begins_as_before():
    check("demo", 10)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_begins_as_before(recipe, request):
    if recipe != "demo":
        request.getfixturevalue("public_data")
    check(recipe, 50)
