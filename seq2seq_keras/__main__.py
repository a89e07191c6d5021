"""`python -m seq2seq_keras` is the command line."""

import sys

from seq2seq_keras.cli import main

if __name__ == "__main__":
    sys.exit(main())
