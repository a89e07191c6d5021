"""Programs of other toolkits, which know nothing of seq2seq_keras.

Each runs in an environment of its own, which `benchmarks.runner` makes.
"""
