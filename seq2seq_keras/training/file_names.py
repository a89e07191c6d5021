"""What a training writes beside its translator: names, and no more."""

CONFIG, LOG, CURVES = "training.yaml", "log.csv", "learning_curves.png"
STATE = "training_state.npz"
LAST, TENSORBOARD = "last", "tensorboard"  # folders
TRAINING_FILES = (CONFIG, LOG, CURVES, STATE)
