"""What happens when TensorFlow or Keras is first imported, whoever asks for it.

The package loads neither before it needs it. When TensorFlow is loaded, its C++ side
writes a page of notes about oneDNN, CUDA and the processor to file descriptor 2 before
anything can ask it not to. They would bury the one line a command prints when its input
is wrong, so they are held back; whatever else was written meanwhile is passed on.

When Keras is loaded, the package's layers, models, losses and metrics are registered
with it. So `import seq2seq_keras` is all that `keras.models.load_model` needs.

`TF_CPP_MIN_LOG_LEVEL` is set to 3 unless it is set. With 2, a machine without a GPU
prints an error on the first tensor (`failed call to cuInit`). What does go wrong in
TensorFlow reaches Python as an exception anyway; `TF_CPP_MIN_LOG_LEVEL=0` shows
everything.
"""

import contextlib
import importlib
import importlib.machinery
import importlib.util
import os
import re
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Not to be loaded with the package: it takes longer than all the rest.
    import importlib.abc

_NOTE = re.compile(
    rb"(WARNING: All log messages before absl::InitializeLog"
    rb"|[IWE]\d{4} .*(port|cudart_stub|cpu_feature_guard|cuda_\w+)\.cc:"
    rb"|To enable the following instructions:"
    rb"|INFO: Created TensorFlow Lite XNNPACK delegate)"
)
# Where classes are registered with Keras. A module that is itself being loaded when
# Keras is must not be needed by another of these: so outside of `layers` and `models`,
# which load Keras before their own files, they import from lower rooms only.
_REGISTERING = (
    "seq2seq_keras.layers.activations",
    *("seq2seq_keras.layers.hard_attention", "seq2seq_keras.layers.luong_attention"),
    "seq2seq_keras.models.seq2seq",
    "seq2seq_keras.training.adam",
    "seq2seq_keras.training.losses",
    *("seq2seq_keras.training.schedule", "seq2seq_keras.training.scheduled_sampling"),
)


@contextlib.contextmanager
def notes_held_back() -> Iterator[None]:
    """Holds back notes that nobody asked for; what else is written comes after."""
    try:
        # Before the file below, which would else become descriptor 2 if that is free.
        kept_open = None if sys.stderr is None else os.dup(2)
    except OSError:
        kept_open = None
    if kept_open is None:  # closed: nobody reads what would be held back
        yield
        return
    sys.stderr.flush()
    import tempfile

    with contextlib.ExitStack() as stack:
        stack.callback(os.close, kept_open)
        held = stack.enter_context(tempfile.TemporaryFile())
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept_open, 2)
            held.seek(0)
            for line in held:
                if not _NOTE.match(line):
                    os.write(2, line)


@contextlib.contextmanager
def _classes_registered() -> Iterator[None]:
    yield
    register_classes()


def register_classes() -> None:
    """Registers the package's layers, models, losses and metrics with Keras."""
    for name in _REGISTERING:
        importlib.import_module(name)


class _Loader:
    """Loads a module as its own loader does, within a context."""

    def __init__(
        self,
        loader: "importlib.abc.Loader",
        context: Callable[[], contextlib.AbstractContextManager],
    ) -> None:
        self.loader = loader
        self.context = context

    def create_module(
        self, spec: importlib.machinery.ModuleSpec
    ) -> types.ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        # From here on it is a module like any other.
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        with self.context():
            self.loader.exec_module(module)


class _Finder:
    """Finds what any import would find, and has it loaded within a context."""

    def __init__(
        self, contexts: dict[str, Callable[[], contextlib.AbstractContextManager]]
    ) -> None:
        self.contexts = contexts

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        # Asked for what the other finders find, it is asked once more itself.
        context = self.contexts.pop(fullname, None)
        if context is None:
            return None
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self.contexts[fullname] = context
        if spec is not None and spec.loader is not None:
            # It does all that a loader does, without its base class.
            spec.loader = _Loader(spec.loader, context)  # type: ignore[assignment]
        return spec


def install() -> None:
    """Prepares for the moment when TensorFlow and Keras are imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # TensorFlow leaves oneDNN out where it does not know the processor, as on those of
    # AMD, where products of matrices take up to four times as long without it.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    contexts: dict[str, Callable[[], contextlib.AbstractContextManager]] = {}
    if "tensorflow" not in sys.modules and os.environ["TF_CPP_MIN_LOG_LEVEL"] != "0":
        contexts["tensorflow"] = notes_held_back
    if "keras" in sys.modules:
        register_classes()
    else:
        contexts["keras"] = _classes_registered
    sys.meta_path.insert(0, _Finder(contexts))
