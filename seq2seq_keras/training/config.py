"""Every option of a training run."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any, Literal

from seq2seq_keras.architecture import Architecture
from seq2seq_keras.data import DataOptions
from seq2seq_keras.errors import InputError, check_choice, shown
from seq2seq_keras.options import documented, option
from seq2seq_keras.registry import ATTENTIONS, CELLS, check_name, text_of


@documented
@dataclasses.dataclass(kw_only=True)
class TrainingConfig(Architecture, DataOptions):
    """Every option of a training run; the command line and YAML files fill it.

    Args:
        {options}

    Raises:
        InputError: For the first option out of its range.

    Example:

    >>> TrainingConfig(corpus="phrasebook/korean-english", cell="gru").units
    256

    Reference:
        {papers}
    """

    output: str = option(
        "saved_models/translator",
        "Folder for the model, the log and the learning curves.",
    )
    init: str | None = option(
        None,
        """Folder of a saved translator to go on from, on these pairs (fine-tuning):
        with its tokenizers, model, weights and search options.""",
        metavar="MODEL",
    )
    source_vectors: str | None = option(
        None,
        """File of word vectors (word2vec, GloVe, fastText) that the source embeddings
        start from; `FILE:MEMBER` of a zip archive.""",
        metavar="FILE",
    )
    target_vectors: str | None = option(
        None, "The same for the target.", metavar="FILE"
    )
    thaw_embeddings_after: int | None = option(
        None,
        """Epochs after which frozen embeddings learn like the rest; null for never.""",
        minimum=0,
        maximum=10**6,
    )
    vectors_deviation: float | None = option(
        None,
        """Scale the vectors of the files to this standard deviation; null for as they
        are. Embeddings that start at random have 1.""",
        minimum=1e-6,
        maximum=10**6,
    )
    shards: int = option(
        1,
        """Parts into which the files of `train` are dealt out, with `stream`. Each
        gives its share of every batch, and of several workers each reads its own: as
        many as there are workers, or a multiple.""",
        minimum=1,
        maximum=4096,
    )
    epochs: int = option(
        20, "Most passes over the training pairs.", minimum=1, maximum=10**6
    )
    learning_rate: float = option(
        2e-3, "Adam's step size, at the start.", minimum=1e-12, maximum=1000
    )
    warmup_steps: int = option(
        0,
        "Steps over which it rises from zero first.",
        minimum=0,
        maximum=10**9,
        paper="[Vaswani et al., 2017](https://arxiv.org/abs/1706.03762)",
    )
    schedule: Literal["constant", "plateau", "cosine", "inverse_square_root"] = option(
        "plateau",
        """How it goes on: constant, halved after each epoch that is not the best so far
        (plateau), along a cosine to zero over all epochs, or as one over the square
        root of the step.""",
        paper="[Loshchilov & Hutter, 2017](https://arxiv.org/abs/1608.03983)",
    )
    global_clipnorm: float | None = option(
        1.0,
        "Largest norm of all gradients together; null for no limit.",
        minimum=1e-6,
        maximum=10**9,
        paper="[Pascanu et al., 2013](https://arxiv.org/abs/1211.5063)",
    )
    label_smoothing: float = option(
        0.0,
        """Share of each label's probability that is spread over the vocabulary.""",
        minimum=0,
        below=1,
        paper="[Szegedy et al., 2016](https://arxiv.org/abs/1512.00567)",
    )
    scheduled_sampling: float = option(
        0.0,
        """Share of the decoder's inputs that are its own words at the end of the
        training, from none at its beginning.""",
        minimum=0,
        maximum=1,
        paper="[Bengio et al., 2015](https://arxiv.org/abs/1506.03099)",
    )
    scheduled_sampling_steps: int | None = option(
        None,
        """Updates over which that share grows; null for those of the whole training, 0
        for the share from the start. With a share of 1 that is student forcing.""",
        minimum=0,
        maximum=10**9,
    )
    gradient_accumulation: int = option(
        1, "Batches whose gradients make one update.", minimum=1, maximum=10**6
    )
    moving_average: float | None = option(
        None,
        """Momentum of an exponential moving average of the weights, which is then what
        is validated and kept; 0.999 is usual, null for none.""",
        above=0,
        below=1,
        paper="[Polyak & Juditsky, 1992](https://doi.org/10.1137/0330046)",
    )
    average_epochs: int = option(
        1, "Average the weights of so many of the last epochs.", minimum=1, maximum=1000
    )
    monitor: Literal[
        "perplexity", "bleu", "chrf", "ter", "wer", "symbol_error_rate", "exact_match"
    ] = option(
        "perplexity",
        """What chooses the best epoch, ends the training and lowers a plateau's
        learning rate: the perplexity, or a metric of the decoded validation pairs.""",
    )
    monitor_epochs: int = option(
        1,
        """Judge an epoch by the mean over so many of the last ones. A hundred
        validation words, or sentences, choose too much by chance.""",
        minimum=1,
        maximum=1000,
    )
    bleu_tokenizer: Literal[
        "13a", "none", "char", "intl", "zh", "ja-mecab", "ko-mecab"
    ] = option(
        "13a",
        """How sacreBLEU splits what BLEU counts; none for text that is split
        already.""",
    )
    scored_sentences: int = option(
        2000, "The most validation pairs to decode.", minimum=1, maximum=10**9
    )
    patience: int = option(
        3,
        "Stop after so many epochs that are not better than the best.",
        minimum=0,
        maximum=10**6,
    )
    samples: int = option(
        3, "Validation translations shown after each epoch.", minimum=0, maximum=1000
    )
    save_minutes: float = option(
        10.0,
        "Minutes between two savings of the state within an epoch.",
        minimum=0,
        maximum=10**6,
    )
    backup: str | None = option(
        None,
        """Where the folder is copied to every `save_minutes` and at the end, whole at
        every moment: a URL of fsspec, such as s3://bucket/mine. A training goes on
        from there where the folder is missing.""",
        metavar="URL",
    )
    overwrite: bool = option(
        False, "Replace a translator or an unfinished training in the output folder."
    )

    def _has_tokenizers(self) -> bool:
        return self.init is not None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name("cell", self.cell, CELLS)
        check_name("attention", self.attention, ATTENTIONS, optional=True)
        if self.vectors_deviation and not (self.source_vectors or self.target_vectors):
            raise InputError(
                "`vectors_deviation` scales nothing without `source_vectors` or "
                "`target_vectors`."
            )
        # A recipe names no data.
        has_data = self.corpus or self.train or self.train_source
        if self.features_encoder is not None and has_data and not self.has_features:
            raise InputError(
                "`features_encoder` reads what `features_column`, or a corpus with "
                f"features, brings. Received: features_encoder={self.features_encoder}"
            )
        if self.scheduled_sampling_steps is not None and not self.scheduled_sampling:
            raise InputError(
                "`scheduled_sampling_steps` does nothing without `scheduled_sampling`. "
                f"Received: scheduled_sampling_steps={self.scheduled_sampling_steps}"
            )
        if self.monotonic and self.reverse_target:
            raise InputError(
                "`monotonic` attention never goes back in the source, through which a "
                "target goes backwards that is written from its end "
                "(`reverse_target`). Set monotonic=False, with the same attention."
            )
        frozen = self.freeze_source_embeddings or self.freeze_target_embeddings
        if self.thaw_embeddings_after is not None and not frozen:
            raise InputError(
                "`thaw_embeddings_after` thaws nothing without "
                "`freeze_source_embeddings` or `freeze_target_embeddings`."
            )

    def as_dict(self) -> dict[str, Any]:
        """The options by name, as YAML and JSON can hold them.

        A cell or an attention that is a class is written as "module:Class".
        """
        options = {
            field.name: getattr(self, field.name) for field in dataclasses.fields(self)
        }
        options["cell"] = text_of(self.cell, CELLS)
        options["attention"] = text_of(self.attention, ATTENTIONS)
        return options

    def learnt_options(self) -> dict[str, Any]:
        """The options on which the weights after a given step depend."""
        options = self.as_dict()
        options["tokenizer"] = options["tokenizer"] or "word"
        # As in versions that knew none.
        if self.shards == 1:
            del options["shards"]
        if self.scheduled_sampling_steps is None:
            del options["scheduled_sampling_steps"]
        # What `init` brought along is in the tokenizers and in the state.
        for name in ("output", "overwrite", "init", *self.changeable()):
            del options[name]
        return options

    def changeable(self) -> tuple[str, ...]:
        """The options that a training which goes on may have other values of."""
        always = ("patience", "save_minutes", "samples", "backup")
        # The learning rate, or the share of drawn words, goes along all epochs.
        share_grows = self.scheduled_sampling > 0
        share_grows &= self.scheduled_sampling_steps is None
        along_epochs = self.schedule == "cosine" or share_grows
        return always if along_epochs else ("epochs", *always)

    def changed(self, changes: Mapping[str, Any]) -> "TrainingConfig":
        """These options for a training that goes on, with some changed.

        Args:
            changes: New values by name; those that are the old ones change nothing.

        Returns:
            A `TrainingConfig`.

        Raises:
            InputError: If there is no such option, it is out of its range, or the
                training has to keep it.
        """
        names = [field.name for field in dataclasses.fields(self)]
        for name in changes:
            check_choice("option", name, names)
        config = dataclasses.replace(self, **changes)
        old, new = self.as_dict(), config.as_dict()
        for options in (old, new):
            options["output"] = str(pathlib.Path(options["output"]).resolve())
        for name in changes:
            if old[name] != new[name] and name not in self.changeable():
                raise InputError(
                    f"`{name}` is {shown(old[name])} in the training that goes on, and "
                    f"cannot become {shown(new[name])}. What can be: "
                    f"{', '.join(self.changeable())}. Leave it out, or train anew."
                )
        return config
