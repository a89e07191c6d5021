"""What happens after each epoch."""

import pathlib

import keras

from seq2seq_keras.errors import InputError
from seq2seq_keras.files import write_text


class TranslatorCheckpoint(keras.callbacks.Callback):
    """Keeps the best and the last translator on disk.

    Each is written beside the one before and takes its place in one go.

    Args:
        translator: A `Translator` around the model in training.
        folder: Where the best one goes; the last one goes to `last` inside.
        monitor: Name of the value that is to fall.
        description: Markdown text for the model card.
        configuration: Text of the `training.yaml` that goes with each.
    """

    def __init__(
        self,
        translator,
        folder,
        *,
        monitor="val_perplexity",
        description="",
        configuration="",
    ):
        super().__init__()
        self.configuration = configuration
        self.translator = translator
        self.folder = pathlib.Path(folder)
        self.monitor = monitor
        self.description = description
        self.best = float("inf")

    def on_epoch_end(self, epoch, logs=None):
        scores = {"epoch": epoch + 1, **{k: float(v) for k, v in (logs or {}).items()}}
        if scores[self.monitor] < self.best:
            self.best = scores[self.monitor]
            self._save(self.folder, scores)
        self._save(self.folder / "last", scores)

    def _save(self, folder, scores):
        self.translator.save(folder, scores=scores, description=self.description)
        write_text(folder / "training.yaml", self.configuration)


class SampleTranslations(keras.callbacks.Callback):
    """Shows how a few sentences are translated as the model learns.

    Args:
        translator: A `Translator` around the model in training.
        pairs: A few `Pairs`.
    """

    def __init__(self, translator, pairs):
        super().__init__()
        self.translator = translator
        self.pairs = pairs

    def on_epoch_end(self, epoch, logs=None):
        translations = self.translator.translate(self.pairs.source)
        for (source, target), translation in zip(self.pairs, translations, strict=True):
            print(f"  {source}\n    model:     {translation}\n    reference: {target}")


class StopOnNan(keras.callbacks.Callback):
    """Ends a training whose loss is no number, with an error that says so."""

    def on_train_batch_end(self, batch, logs=None):
        loss = float((logs or {}).get("loss", 0.0))
        if loss != loss:
            raise InputError(
                f"The loss became NaN at batch {batch + 1}. Lower the learning rate or "
                "`clip_norm`, or use float32."
            )
