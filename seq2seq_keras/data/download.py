"""Files of public corpora: the user's copy, the cached one, or a download."""

import gzip
import http.client
import os
import pathlib
import shutil
import sys
import urllib.error
import urllib.parse
import urllib.request
import zlib

from seq2seq_keras.errors import InputError
from seq2seq_keras.files import replaced_when_complete

_TIMEOUT_SECONDS = 60


def find_or_fetch(name, url):
    """Finds a file of a corpus, and downloads it if it is nowhere.

    Args:
        name: The path of the file below the data folder, such as
            `multi30k/train.en`.
        url: Where it is to be had. With a suffix `.gz` that `name` lacks, the file is
            unpacked.

    Returns:
        The path of the file: below the folder that the environment variable
        `SEQ2SEQ_KERAS_DATA` names if it is there, else below the cache folder.

    Raises:
        InputError: If it cannot be downloaded.
    """
    if path := find(name):
        return path
    path = _cache() / name
    host = urllib.parse.urlsplit(url).netloc
    print(f"Fetching {name} from {host}", file=sys.stderr)
    # Some hosts refuse Python's own user agent.
    request = urllib.request.Request(url, headers={"User-Agent": "seq2seq_keras"})
    packed = url.endswith(".gz") and not name.endswith(".gz")
    try:
        with (
            replaced_when_complete(path) as beside,
            urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response,
            gzip.open(response) if packed else response as content,
            beside.open("wb") as file,
        ):
            shutil.copyfileobj(content, file)
            if response.length:  # http.client itself takes this for the end
                raise OSError(f"the last {response.length} bytes are missing")
    except (OSError, EOFError, http.client.HTTPException, zlib.error) as error:
        raise InputError(
            f"{name} could not be fetched from {host} ({error}). Try again, or fetch "
            "it yourself and name the folder above it in SEQ2SEQ_KERAS_DATA."
        ) from error
    return path


def find(name):
    """The path of a file in the user's data folder or the cache, or None."""
    folders = [_cache()]
    if folder := os.environ.get("SEQ2SEQ_KERAS_DATA"):
        folders.insert(0, pathlib.Path(folder))
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    return None


def _cache():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base, "seq2seq_keras")
