"""TensorFlow Serving's answers on models: their status and metadata, as messages."""

from typing import Any

from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2

from seq2seq_keras.serving.catalog import Catalog, Model, Version
from seq2seq_keras.serving.failures import RequestError

_FIELD = "signature_def"
_INVALID_ARGUMENT = 3  # why a version was refused, as a code of TensorFlow


def model_status(
    catalog: Catalog, name: str, version: int | None = None, label: str | None = None
) -> get_model_status_pb2.GetModelStatusResponse:
    """The states of a model's versions.

    Args:
        catalog: The models.
        name: The model.
        version: Optional integer. Only this one.
        label: Optional string. Only the version it stands for.

    Returns:
        A `GetModelStatusResponse`.

    Raises:
        RequestError: If there is no such version.
    """
    model = catalog.models.get(name)
    if model is None or not model.versions:
        raise RequestError("NOT_FOUND", f"Could not find any versions of model {name}")
    if label is not None:
        version = catalog.find(name, None, label)[1].number
    if version is not None and version not in model.versions:
        raise RequestError(
            "NOT_FOUND", f"Could not find version {version} of model {name}"
        )
    response = get_model_status_pb2.GetModelStatusResponse()
    for number in sorted(model.versions, reverse=True):
        if version in (None, number):
            _add_status(response, model.versions[number])
    return response


def _add_status(response: Any, version: Version) -> None:
    status = response.model_version_status.add()
    status.version, status.state = version.number, version.state
    status.status.SetInParent()  # which is OK, unless it is said otherwise
    if version.error:
        status.status.error_code = _INVALID_ARGUMENT
        status.status.error_message = version.error


def model_metadata(
    model: Model, version: Version
) -> get_model_metadata_pb2.GetModelMetadataResponse:
    """The signatures of a version.

    Args:
        model: The model.
        version: The version.

    Returns:
        A `GetModelMetadataResponse`.
    """
    response = get_model_metadata_pb2.GetModelMetadataResponse()
    response.model_spec.name = model.name
    response.model_spec.version.value = version.number
    signatures = get_model_metadata_pb2.SignatureDefMap()
    if version.served is not None:
        for name, definition in version.served.definitions.items():
            signatures.signature_def[name].CopyFrom(definition)
    response.metadata[_FIELD].Pack(signatures)
    return response


def signatures_of(response: Any) -> get_model_metadata_pb2.SignatureDefMap:
    """The signatures in a `GetModelMetadataResponse`."""
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.metadata[_FIELD].Unpack(signatures)
    return signatures


def check_fields(fields: Any) -> None:
    """Refuses a request for metadata that are none.

    Raises:
        RequestError: Names them.
    """
    if not fields:
        raise RequestError(
            "INVALID_ARGUMENT",
            "GetModelMetadataRequest must specify at least one metadata_field",
        )
    for field in fields:
        if field != _FIELD:
            raise RequestError(
                "INVALID_ARGUMENT", f"Metadata field {field} is not supported"
            )
