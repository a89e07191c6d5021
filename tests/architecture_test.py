"""Tests that modules import only from the layers below their own."""

import ast
import pathlib

PACKAGE = pathlib.Path(__file__).parents[1] / "seq2seq_keras"
# Lowest first. Modules on one line do not import each other.
LAYERS = [
    {"startup", "errors"},
    {"options", "registry", "files", "special_tokens"},
    {"architecture"},
    {"layers", "decoding", "plots", "vectors"},
    {"text", "models"},
    {"data", "translation"},
    {"evaluation"},
    {"training"},
    {"cli"},
    {"__main__"},
]
LEVELS = {name: level for level, names in enumerate(LAYERS) for name in names}


def imports_of(path):
    """Yields the subpackages of seq2seq_keras that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "seq2seq_keras" and rest != "__version__":
                yield node.lineno, rest.partition(".")[0]


def test_imports_point_downwards():
    offenders = []
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        importer = relative.parts[0].removesuffix(".py")
        if importer == "__init__":
            continue
        for line, imported in imports_of(path):
            inside = imported == importer
            if not inside and LEVELS[imported] >= LEVELS[importer]:
                offenders.append(f"{relative}:{line} imports {imported}")
    assert not offenders, "\n".join(offenders)
