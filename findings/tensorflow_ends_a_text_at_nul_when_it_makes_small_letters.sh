#!/usr/bin/env bash
# `tf.strings.lower(encoding="utf-8")` loses all of a text behind a NUL.
#
# Without an encoding the text stays whole; with it, ICU is handed a C string. A text
# with a NUL in it, which no UTF-8 decoder minds, is cut without a word.
#
# Seen with tensorflow 2.21.0, Python 3.11: b'a' of "A\\0B".
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tensorflow==2.21.0

cat > "$folder/run.py" <<'PYTHON'
import tensorflow as tf

text = tf.constant("A\0B")
print("bytes", tf.strings.lower(text).numpy())
print("utf-8", tf.strings.lower(text, encoding="utf-8").numpy())
assert tf.strings.lower(text).numpy() == b"a\0b"
assert tf.strings.lower(text, encoding="utf-8").numpy() == b"a"
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" "$folder/run.py" 2>/dev/null
