"""Tests that the pinned versions install what the package says it needs."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NEEDS = {"package": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}


def pinned(name):
    lines = (ROOT / name).read_text().splitlines()
    requirements = map(Requirement, (line for line in lines if line[:1] != "#"))
    return {
        canonicalize_name(requirement.name): next(iter(requirement.specifier)).version
        for requirement in requirements
    }


def missing(needs, versions):
    return [
        str(need)
        for need in map(Requirement, needs)
        if (name := canonicalize_name(need.name)) != PROJECT["name"]
        and (name not in versions or versions[name] not in need.specifier)
    ]


@pytest.mark.parametrize("extra", NEEDS)
def test_what_developers_install_has_every_extra(extra):
    assert missing(NEEDS[extra], pinned("requirements-dev.txt")) == []


def test_what_users_install_has_what_the_package_and_its_notebooks_need():
    needs = NEEDS["package"] + NEEDS["jupyter"]
    assert missing(needs, pinned("requirements.txt")) == []


def test_a_requirement_that_is_not_pinned_or_is_too_old_is_found():
    versions = {"keras": "3.15.2"}
    assert missing(["keras>=3.16"], versions) == ["keras>=3.16"]
    assert missing(["keras>=3.15", "ray"], versions) == ["ray"]
