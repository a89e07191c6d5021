"""Loss, metrics and the whole training run."""
