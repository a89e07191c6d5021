"""Who may ask: the token, and what a browser is told."""

import hmac
import ipaddress
import pathlib
import ssl

from seq2seq_keras.errors import InputError
from seq2seq_keras.page import POLICY
from seq2seq_keras.serving.options import ServingOptions
from seq2seq_keras.untrusted import read_regular

_SCHEME = "bearer "
_TOKEN_BYTES = 10_000
# Of the page's own files, and of whatever else a browser might show.
PAGE_POLICY = f"{POLICY}; frame-ancestors 'none'"
# The documentation of the API begins with a script of a line within the page.
DOCS_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def read_token(path: str | None) -> str | None:
    """The token in a file.

    Raises:
        InputError: If the file is empty or no text.
        OSError: If it cannot be read.
    """
    if path is None:
        return None
    try:
        token = read_regular(pathlib.Path(path), limit=_TOKEN_BYTES).decode("ascii")
    except UnicodeDecodeError:
        token = ""
    if not token.strip():
        raise InputError(f"{path} holds no token: write one line of ASCII into it.")
    return token.strip()


def is_allowed(token: str | None, authorization: str | None) -> bool:
    """Whether a request brings the token, if one is asked for.

    Args:
        token: The token; `None` if nobody needs one.
        authorization: What the request brings, `Bearer TOKEN`.
    """
    if token is None:
        return True
    given = authorization or ""
    if given[: len(_SCHEME)].lower() != _SCHEME:
        return False
    # In the same time wherever the two differ.
    return hmac.compare_digest(given[len(_SCHEME) :].encode(), token.encode())


def trusted_hosts(options: ServingOptions) -> list[str]:
    """What requests may call this server.

    At an address of this machine alone a page of another site could otherwise ask in
    its reader's browser: once it is loaded its name is made to mean 127.0.0.1 (DNS
    rebinding). Whoever listens to others has names that only he knows.
    """
    if not _is_loopback(options.host):
        return ["*"]
    host = f"[{options.host}]" if ":" in options.host else options.host
    return ["127.0.0.1", "localhost", "[::1]", host, *(options.allowed_hosts or ())]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_certificate(certificate: str, key: str) -> None:
    """Refuses files that TLS would refuse, by their names.

    Raises:
        InputError: If they are no certificate with its key.
        OSError: If one cannot be read.
    """
    for path in (certificate, key):
        # OpenSSL does not say which file it was.
        pathlib.Path(path).open("rb").close()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # Nobody is there to be asked for a password.
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, ValueError) as error:
        raise InputError(
            f"{certificate} and {key} are no certificate of TLS with its key, in PEM "
            f"and without a password ({error})."
        ) from error
