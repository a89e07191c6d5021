"""Every option of a training run."""

import dataclasses
import math
import typing
from typing import Literal

from seq2seq_keras.errors import InputError, check_choice

_TokenizerName = Literal["word", "character", "jamo", "bpe", "unigram"]

# The smallest and the largest value of each number.
_RANGES = {
    **dict.fromkeys(("min_frequency", "epochs", "batch_size"), (1, math.inf)),
    **dict.fromkeys(("max_source_length", "max_target_length"), (1, math.inf)),
    **dict.fromkeys(("learning_rate", "clip_norm"), (1e-12, math.inf)),
    "vectors_deviation": (1e-12, math.inf),
    **dict.fromkeys(("patience", "samples", "warmup_steps"), (0, math.inf)),
    "thaw_embeddings_after": (0, math.inf),
    **dict.fromkeys(("gradient_accumulation", "average_epochs"), (1, math.inf)),
    **dict.fromkeys(("scored_sentences",), (1, math.inf)),
    "save_minutes": (0, math.inf),
    "max_vocabulary_size": (5, math.inf),
    **dict.fromkeys(("subword_sampling", "scheduled_sampling"), (0, 1)),
    "seed": (0, 2**32 - 1),
}


@dataclasses.dataclass
class TrainingConfig:
    """Every option of a training run; the command line and YAML files fill it.

    Args:
        output: Folder for the model, the log and the learning curves.
        train: Training pairs: one table, or two parallel text files.
        validation: Validation pairs, likewise. Without them a tenth of the training
            sources is set aside.
        columns: The columns of a table that hold source and target: two numbers
            counted from 0, or two names of its header row.
        corpus: Name of a corpus to use in place of files, e.g.
            phrasebook/english-french; a wrong name lists them all.
        stream: Read the files anew in each epoch instead of keeping them in memory.
        tokenizer: What a token is, on both sides; "bpe" and "unigram" are pieces of
            words, from the extra `subword`.
        target_tokenizer: What a token of the target is, where it differs.
        lowercase: Lower-case all text.
        unicode_form: Unicode form of all text.
        special_tokens: How padding, the unknown token, start and end are written.
        min_frequency: Tokens, or characters of subwords, seen fewer times in training
            become unknown.
        max_vocabulary_size: Largest vocabulary of each side; 8,000 for subwords
            unless given.
        share_vocabulary: One vocabulary for both sides.
        subword_sampling: Split words into other pieces in each epoch: the share of
            merges left out of "bpe", the sharpness of "unigram"; 0.1 is usual, 0
            for never.
        cell: The recurrent cell; "rnn" is the plain one, for teaching.
        units: Size of the states of each layer.
        embedding_dim: Size of the word vectors; null for that of the files with
            vectors, or else 128.
        source_vectors: File of word vectors (word2vec, GloVe, fastText) that the source
            embeddings start from.
        target_vectors: The same for the target.
        freeze_source_embeddings: Leave the source embeddings as they are.
        freeze_target_embeddings: The same for the target.
        thaw_embeddings_after: Epochs after which frozen embeddings learn like the rest;
            null for never.
        vectors_deviation: Scale the vectors of the files to this standard deviation;
            null for as they are. Embeddings that start at random have 1.
        num_layers: Recurrent layers in the encoder, and in the decoder.
        bidirectional: Let the encoder read in both directions, half of the units each.
        residual: Add the input of each recurrent layer but the first to its output.
        dropout: Share of inputs that training sets to zero.
        recurrent_dropout: The same for the recurrent connections.
        variational_dropout: Drop the same units at all steps of a sentence.
        word_dropout: Share of whole words whose vectors training sets to zero.
        layer_normalization: Normalize the outputs of each recurrent layer.
        bridge: How the encoder's last state becomes the decoder's first.
        feed_context: Feed the context vector to every step of the decoder.
        reverse_source: Read each source backwards.
        attention: Let the decoder look back at every source token: its present output
            asks (luong), or its previous state (bahdanau); null for no attention.
        attention_score: How luong compares.
        input_feeding: Feed each step of luong with the attentional vector of the last.
        coverage: Let attention see what was attended to before.
        coverage_loss: Weight of a loss on attending to the same tokens again.
        copy: Let the model copy source words that the target vocabulary lacks.
        tie_embeddings: Use the target embeddings as output weights.
        share_embeddings: One vocabulary and one embedding matrix for both sides.
        precision: Number format of the model.
        epochs: Most passes over the training pairs.
        batch_size: Size of a batch in what batch_by says.
        batch_by: What batch_size counts.
        learning_rate: Adam's step size, at the start.
        warmup_steps: Steps over which it rises from zero first.
        schedule: How it goes on: constant, halved after each epoch that is not the
            best so far (plateau), along a cosine to zero over all epochs, or as one
            over the square root of the step.
        clip_norm: Largest norm of all gradients together; null for no limit.
        label_smoothing: Share of each label's probability that is spread over the
            vocabulary.
        scheduled_sampling: Share of the decoder's inputs that are its own words at the
            end of the training, from none at its beginning.
        gradient_accumulation: Batches whose gradients make one update.
        moving_average: Momentum of an exponential moving average of the weights, which
            is then what is validated and kept; 0.999 is usual, null for none.
        average_epochs: Average the weights of so many of the last epochs.
        monitor: What chooses the best epoch, ends the training and lowers a plateau's
            learning rate: the perplexity, or a metric of the decoded validation pairs.
        bleu_tokenizer: How sacreBLEU splits what BLEU counts; none for text that is
            split already.
        scored_sentences: The most validation pairs to decode.
        patience: Stop after so many epochs that are not better than the best.
        max_source_length: Leave out pairs with more source tokens.
        max_target_length: Leave out pairs with more target tokens.
        samples: Validation translations shown after each epoch.
        save_minutes: Minutes between two savings of the state within an epoch.
        overwrite: Replace a translator or an unfinished training in the output folder.
        seed: Seed of everything random; on one machine, without a GPU, the same seed
            gives the same model.

    Example:

    >>> TrainingConfig(corpus="phrasebook/korean-english", cell="gru").units
    256
    """

    output: str = "saved_models/translator"
    train: list[str] | None = None
    validation: list[str] | None = None
    columns: list[str] | None = None
    corpus: str | None = None
    stream: bool = False
    tokenizer: _TokenizerName = "word"
    target_tokenizer: _TokenizerName | None = None
    lowercase: bool = False
    unicode_form: Literal["NFC", "NFD", "NFKC", "NFKD", "none"] = "NFC"
    special_tokens: list[str] | None = None
    min_frequency: int = 1
    max_vocabulary_size: int | None = None
    share_vocabulary: bool = False
    subword_sampling: float = 0.0
    cell: Literal["lstm", "gru", "rnn"] = "lstm"
    units: int = 256
    embedding_dim: int | None = None
    source_vectors: str | None = None
    target_vectors: str | None = None
    freeze_source_embeddings: bool = False
    freeze_target_embeddings: bool = False
    thaw_embeddings_after: int | None = None
    vectors_deviation: float | None = None
    num_layers: int = 1
    bidirectional: bool = False
    residual: bool = False
    dropout: float = 0.2
    recurrent_dropout: float = 0.0
    variational_dropout: bool = False
    word_dropout: float = 0.0
    layer_normalization: bool = False
    bridge: Literal["direct", "dense", "zero"] = "direct"
    feed_context: bool = False
    reverse_source: bool = False
    attention: Literal["luong", "bahdanau"] | None = None
    attention_score: Literal["dot", "general", "concat"] = "general"
    input_feeding: bool = False
    coverage: bool = False
    coverage_loss: float = 0.0
    copy: bool = False
    tie_embeddings: bool = False
    share_embeddings: bool = False
    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"] = "float32"
    epochs: int = 20
    batch_size: int = 64
    batch_by: Literal["sentences", "tokens"] = "sentences"
    learning_rate: float = 2e-3
    warmup_steps: int = 0
    schedule: Literal["constant", "plateau", "cosine", "inverse_square_root"] = (
        "plateau"
    )
    clip_norm: float | None = 1.0
    label_smoothing: float = 0.0
    scheduled_sampling: float = 0.0
    gradient_accumulation: int = 1
    moving_average: float | None = None
    average_epochs: int = 1
    monitor: Literal[
        "perplexity", "bleu", "chrf", "ter", "wer", "symbol_error_rate", "exact_match"
    ] = "perplexity"
    bleu_tokenizer: Literal[
        "13a", "none", "char", "intl", "zh", "ja-mecab", "ko-mecab"
    ] = "13a"
    scored_sentences: int = 2000
    patience: int = 3
    max_source_length: int = 100
    max_target_length: int = 100
    samples: int = 3
    save_minutes: float = 10.0
    overwrite: bool = False
    seed: int = 0

    def __post_init__(self):
        self.output = str(self.output)
        for name in ("train", "validation", "columns", "special_tokens"):
            if (value := getattr(self, name)) is not None:
                # One name is a list of one; a path is its name.
                values = value if isinstance(value, list | tuple) else [value]
                setattr(self, name, [str(item) for item in values])
        for name, hint in typing.get_type_hints(type(self)).items():
            self._check_choice(name, hint)
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                bounds = f"at least {low:g}" + (f", at most {high}" * (high < math.inf))
                raise InputError(f"`{name}` must be {bounds}. Received: {name}={value}")
        frozen = self.freeze_source_embeddings or self.freeze_target_embeddings
        if self.thaw_embeddings_after is not None and not frozen:
            raise InputError(
                "`thaw_embeddings_after` thaws nothing without "
                "`freeze_source_embeddings` or `freeze_target_embeddings`."
            )

    def what_is_learnt(self):
        """The options on which the weights depend, as a dictionary."""
        options = dataclasses.asdict(self)
        for name in ("output", "overwrite", "save_minutes", "samples"):
            del options[name]
        return options

    def _check_choice(self, name, hint):
        # `Literal[...]`, or that or None.
        value = getattr(self, name)
        if typing.get_origin(hint) is Literal:
            check_choice(name, value, typing.get_args(hint))
        elif value is not None:
            for option in typing.get_args(hint):
                if typing.get_origin(option) is Literal:
                    check_choice(name, value, typing.get_args(option))
