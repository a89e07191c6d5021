"""What must hold before a release: `make release-check`.

The wheel and the sdist are built and checked. The wheel alone, with what pip finds for
it today and nothing pinned, goes into a new environment, far from the sources, and the
first Python script of the README runs there. So does the wheel of the runtime, which
translates there from what was exported here, without TensorFlow.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import venv

ROOT = pathlib.Path(__file__).parents[1]
RUNTIME = ROOT / "runtime_distribution"
SAVED = ROOT / "tests" / "fixtures" / "saved_by_0.1.0" / "lstm"
_VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)


def version() -> str:
    """The version that the package says it has."""
    source = ROOT / "seq2seq_keras" / "__init__.py"
    return _VERSION.findall(source.read_text(encoding="utf-8"))[0]


def first_script(readme: str) -> str:
    """The first Python script of a README.

    Args:
        readme: Its text.

    Returns:
        The script.
    """
    return re.search(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)[1]


def check_documents(number: str) -> None:
    """Changelog and citation must speak of the version."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    if f"\n## [{number}]" not in changelog:
        sys.exit(f"CHANGELOG.md has no section for {number}.")
    if f"\nversion: {number}\n" not in citation:
        sys.exit(f"CITATION.cff names another version than {number}.")


def build(folder: pathlib.Path) -> pathlib.Path:
    """Builds the sdist, and of it the wheel, and checks both.

    Args:
        folder: Where they go; what lies there is deleted.

    Returns:
        The wheel.
    """
    shutil.rmtree(folder, ignore_errors=True)
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    run(sys.executable, "-m", "twine", "check", "--strict", *folder.iterdir())
    (wheel,) = folder.glob("*.whl")
    run(sys.executable, "-m", "check_wheel_contents", wheel)
    return wheel


def try_wheel(wheel: pathlib.Path, folder: pathlib.Path) -> None:
    """Installs a wheel alone and runs the README's first script.

    Args:
        wheel: The wheel.
        folder: An empty folder for the environment and what the script writes.
    """
    venv.create(folder / "environment", with_pip=True)
    python = folder / "environment" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel)
    script = first_script((ROOT / "README.md").read_text(encoding="utf-8"))
    (folder / "script.py").write_text(script, encoding="utf-8")
    run(python, "-I", folder / "script.py", cwd=folder)
    run(folder / "environment" / "bin" / "seq2seq-keras", "--help", cwd=folder)


def try_runtime(folder: pathlib.Path) -> None:
    """Builds the wheel of the runtime, installs it alone and translates with it.

    Args:
        folder: An empty folder for the wheel, the environment and what is exported.
    """
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, RUNTIME)
    (wheel,) = folder.glob("*.whl")
    command = [sys.executable, "-m", "seq2seq_keras", "export", SAVED]
    run(*command, folder / "exported", "--format", "onnx")
    venv.create(folder / "environment", with_pip=True)
    programs = folder / "environment" / "bin"
    run(programs / "python", "-m", "pip", "install", "--quiet", wheel)
    (folder / "source.txt").write_text("my son is rich.\n", encoding="utf-8")
    command = [programs / "seq2seq-keras", "translate", folder / "exported"]
    run(*command, "--input", folder / "source.txt", cwd=folder)


def run(*command: str | pathlib.Path, cwd: pathlib.Path = ROOT) -> None:
    """Runs a command; where it fails, that is the end."""
    print("==", *command, flush=True)
    if subprocess.run(command, cwd=cwd).returncode:
        sys.exit(f"The release check failed: {pathlib.Path(command[0]).name}")


def main() -> None:
    """Checks a release."""
    number = version()
    check_documents(number)
    wheel = build(ROOT / "dist")
    with tempfile.TemporaryDirectory() as folder:
        try_wheel(wheel, pathlib.Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        try_runtime(pathlib.Path(folder))
    print(f"== {number} can be released: dist/")


if __name__ == "__main__":
    main()
