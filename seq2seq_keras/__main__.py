"""`python -m seq2seq_keras` is the command line."""

from seq2seq_keras.cli import run

if __name__ == "__main__":
    run()
