"""Serving until a signal comes."""

import os
from collections.abc import Sequence

from seq2seq_keras.errors import import_optional
from seq2seq_keras.serving.options import ServingOptions

_NEEDED = ("fastapi", "uvicorn", "grpc", "tensorflow_serving.apis", "prometheus_client")


def serve(models: Sequence[str | os.PathLike], options: ServingOptions) -> None:
    """Serves models until SIGTERM or SIGINT, and answers what has come in by then.

    Args:
        models: Folders of translators, SavedModels, or folders of numbered versions.
        options: `ServingOptions`.

    Raises:
        InputError: If a model cannot be loaded, or a package of the extra `serving`
            is missing.
        OSError: If a port is taken, or a file cannot be read.

    Example:

    ```python
    serve(["saved_models/mine"], ServingOptions(rest_port=8080))
    ```
    """
    for name in _NEEDED:
        import_optional(name, "A server")
    from seq2seq_keras.serving.server import run_server

    run_server(models, options)
