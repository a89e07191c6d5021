#!/usr/bin/env bash
# zstandard's `stream_reader` and `zstandard.open` take a cut-off file for a whole one.
#
# A frame of Zstandard says where it ends, and the program `zstd` calls a file that ends
# before that "truncated". The readers of the Python package return what there is and
# then the end of the file, as if all were well: who reads a download that broke off
# reads a part of the data and is told nothing. gzip, bz2 and lzma of the standard
# library raise EOFError. `decompressobj()` has `eof`, by which it can be told.
#
# Seen with zstandard 0.25.0, Python 3.11: of 1,200,000 bytes 1,048,576 are read by
# either, without an error.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet zstandard==0.25.0

cat > "$folder/run.py" <<'PYTHON'
import bz2
import gzip
import io
import lzma

import zstandard

DATA = b"hello world\n" * 100_000


def read(opened):
    with opened as file:
        return len(file.read())


packed = zstandard.ZstdCompressor(write_checksum=True).compress(DATA)[:-20]
reader = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
print("zstandard", zstandard.__version__, f"{len(DATA):,} bytes were packed")
for name, opened in (
    ("stream_reader", reader),
    ("open", zstandard.open(io.BytesIO(packed))),
):
    count = read(opened)
    print(f"zstandard, {name}: {count:,} bytes are read, and no error")
    assert count < len(DATA)
for library in (gzip, bz2, lzma):
    try:
        read(library.open(io.BytesIO(library.compress(DATA)[:-20])))
    except EOFError as error:
        print(f"{library.__name__}: EOFError: {error}")
    else:
        raise AssertionError(library)
decoder = zstandard.ZstdDecompressor().decompressobj()
decoder.decompress(packed)
assert not decoder.eof
PYTHON
"$folder/venv/bin/python" "$folder/run.py"
