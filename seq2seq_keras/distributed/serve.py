"""Serving by replicas on the nodes of a cluster."""

import os
from collections.abc import Sequence

from seq2seq_keras import serving
from seq2seq_keras.distributed.ray_cluster import joined
from seq2seq_keras.distributed.serving_replicas import ServingReplicas
from seq2seq_keras.errors import import_optional
from seq2seq_keras.serving import ServingOptions

_NEEDED = (
    *("fastapi", "uvicorn", "grpc", "tensorflow_serving.apis", "prometheus_client"),
    "ray.serve",
)


def serve(
    models: Sequence[str | os.PathLike],
    options: ServingOptions,
    replicas: ServingReplicas,
    *,
    modules: Sequence[str] = (),
) -> None:
    """Serves models by replicas of a cluster until SIGTERM or SIGINT.

    This process is the gateway: it listens, and checks of a request what `serve` of
    one machine checks. A replica, which is all of that server but the gateway, answers.
    What a replica that dies had not answered, another one is asked.

    Args:
        models: Folders of translators, SavedModels, or folders of numbered versions,
            on a disk that all nodes share.
        options: `ServingOptions`, with 1 for `workers`.
        replicas: `ServingReplicas`.
        modules: Names of modules to import in each, with cells or attentions of your
            own.

    Raises:
        InputError: If a model cannot be loaded, there is no such cluster, or a package
            of the extras `serving` and `distributed` is missing.
        OSError: If the port is taken, or a file cannot be read.

    Example:

    ```python
    replicas = ServingReplicas(replicas="1..8", address="auto")
    serve(["saved_models/mine"], ServingOptions(host="0.0.0.0"), replicas)
    ```
    """
    for name in _NEEDED:
        import_optional(name, "A server of replicas")
    serving.named_folders(models, options)
    from seq2seq_keras.distributed.gateway import Gateway
    from seq2seq_keras.distributed.replicas import Replicas

    with joined(replicas.address) as ray:
        deployed = Replicas(ray, models, options, replicas, modules)
        try:
            serving.run_gateway(lambda opened: Gateway(deployed, opened), options)
        finally:
            deployed.stop()
