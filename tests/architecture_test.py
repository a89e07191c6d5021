"""Tests of the structure: rooms in an order, faces between them, no circle inside."""

import ast
import graphlib
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[1]
PACKAGE = ROOT / "seq2seq_keras"
# Lowest first. Rooms on one line do not import each other.
ROOMS = [
    {"errors", "terminal"},
    {"stopping", "ranges", "memory"},
    {"startup", "forks", "options", "registry", "special_tokens"}
    | {"files", "markdown", "untrusted", "yaml_files"},
    {"architecture", "hdf5", "packed"},
    {"layers", "decoding", "plots", "vectors"},
    {"text", "models"},
    {"page"},
    {"data", "translation"},
    {"evaluation", "importing", "runtime"},
    {"training", "serving"},
    {"distributed"},
    {"cli"},
    {"__main__"},
]
LEVELS = {name: level for level, names in enumerate(ROOMS) for name in names}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE)
OUTSIDE = [
    *(ROOT / "tests").rglob("*.py"),
    *(ROOT / "benchmarks").rglob("*.py"),
    *(ROOT / "notebooks").rglob("*.py"),
    *(ROOT / "tools").rglob("*.py"),
]


def imported(path):
    """Yields the line and the dotted name of what a file imports of the package."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (
                (node.lineno, f"{node.module}.{alias.name}") for alias in node.names
            )
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)


def module_of(name):
    """The parts of a dotted name of the package that are files or folders."""
    parts = name.split(".")
    if parts[0] != "seq2seq_keras":
        return None
    path, found = PACKAGE, []
    for part in parts[1:]:
        path = path / part
        if not (path.is_dir() or path.with_suffix(".py").is_file()):
            break
        found.append(part)
    return found


def public_names(room):
    """The names of a room's face."""
    stub = PACKAGE / room / "__init__.pyi"
    names = re.findall(r" as (\w+)", stub.read_text()) if stub.is_file() else ()
    return set(names)


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def test_rooms_import_only_from_rooms_below_them():
    offenders = []
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        for line, name in imported(path):
            parts = module_of(name)
            if parts and parts[0] != room and LEVELS[parts[0]] >= LEVELS[room]:
                offenders.append(f"{name_of(path)}:{line} imports {name}")
    assert not offenders, "\n".join(offenders)


@pytest.mark.parametrize("path", [*MODULES, *OUTSIDE], ids=name_of)
def test_other_rooms_are_entered_by_their_face(path):
    own = path.relative_to(PACKAGE).parts[0] if path.is_relative_to(PACKAGE) else None
    offenders = [
        f"{name_of(path)}:{line} imports {name}"
        for line, name in imported(path)
        if (parts := module_of(name))
        and len(parts) > 1
        and parts[0] != own
        # A function may have the name of its file.
        and name.split(".")[2] not in public_names(parts[0])
    ]
    assert not offenders, "\n".join(offenders)


def test_documents_name_faces():
    dotted = re.compile(r"\bseq2seq_keras(?:\.[a-z_]\w*){2,}")
    offenders = [
        f"{name_of(path)}: {name}"
        for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for name in dotted.findall(path.read_text(encoding="utf-8"))
        if len(module_of(name)) > 1
        and name.split(".")[2] not in public_names(name.split(".")[1])
    ]
    assert not offenders, "\n".join(offenders)


@pytest.mark.parametrize("room", sorted({path.parent for path in MODULES}), ids=name_of)
def test_there_is_no_circle_inside_a_room(room):
    place = room.relative_to(PACKAGE).parts
    imports = {
        path.stem: {
            parts[len(place)]
            for _, name in imported(path)
            if (parts := module_of(name))
            and tuple(parts[: len(place)]) == place
            and len(parts) > len(place)
        }
        for path in room.glob("*.py")
        if path.stem != "__init__"
    }
    graphlib.TopologicalSorter(imports).prepare()


@pytest.mark.parametrize("room", sorted({path.parent for path in MODULES}), ids=name_of)
def test_a_face_is_lazy_and_has_every_name_once(room):
    assert "lazy_loader.attach_stub" in (room / "__init__.py").read_text()
    names = re.findall(r" as (\w+)", (room / "__init__.pyi").read_text())
    assert sorted(set(names)) == sorted(names)
    assert names
