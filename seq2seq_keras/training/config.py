"""Every option of a training run."""

import dataclasses
from typing import Literal


@dataclasses.dataclass
class TrainingConfig:
    """Every option of a training run; the command line and YAML files fill it.

    Args:
        output: Folder for the model, the log and the learning curves.
        train: Training pairs: one table, or two parallel text files.
        validation: Validation pairs, likewise. Without them a tenth of the training
            sources is set aside.
        corpus: Name of a corpus to use in place of files, e.g.
            phrasebook/english-french; `describe` lists them.
        stream: Read the files anew in each epoch instead of keeping them in memory.
        tokenizer: What a token is, on both sides.
        target_tokenizer: What a token of the target is, where it differs.
        lowercase: Lower-case all text.
        unicode_form: Unicode form of all text.
        min_frequency: Tokens seen fewer times in training become unknown.
        max_vocabulary_size: Largest vocabulary of each side.
        cell: The recurrent cell; "rnn" is the plain one, for teaching.
        units: Size of the states of each layer.
        embedding_dim: Size of the word vectors.
        num_layers: Recurrent layers in the encoder, and in the decoder.
        bidirectional: Let the encoder read in both directions, half of the units each.
        residual: Add the input of each recurrent layer but the first to its output.
        dropout: Share of inputs that training sets to zero.
        recurrent_dropout: The same for the recurrent connections.
        bridge: How the encoder's last state becomes the decoder's first.
        feed_context: Feed the context vector to every step of the decoder.
        reverse_source: Read each source backwards.
        tie_embeddings: Use the target embeddings as output weights.
        share_embeddings: One vocabulary and one embedding matrix for both sides.
        precision: Number format of the model.
        epochs: Most passes over the training pairs.
        batch_size: Size of a batch in what batch_by says.
        batch_by: What batch_size counts.
        learning_rate: Adam's step size, at the start.
        schedule: How it goes on: constant, halved when the validation perplexity
            stops falling (plateau), or along a cosine to zero over all epochs.
        clip_norm: Largest norm of all gradients together.
        patience: Stop after so many epochs without a better validation perplexity.
        max_source_length: Leave out pairs with more source tokens.
        max_target_length: Leave out pairs with more target tokens.
        samples: Validation translations shown after each epoch.
        seed: Seed of everything random; the same seed gives the same model.
    """

    output: str
    train: list[str] | None = None
    validation: list[str] | None = None
    corpus: str | None = None
    stream: bool = False
    tokenizer: Literal["word", "character", "jamo"] = "word"
    target_tokenizer: Literal["word", "character", "jamo"] | None = None
    lowercase: bool = False
    unicode_form: Literal["NFC", "NFD", "NFKC", "NFKD", "none"] = "NFC"
    min_frequency: int = 1
    max_vocabulary_size: int | None = None
    cell: Literal["lstm", "gru", "rnn"] = "lstm"
    units: int = 256
    embedding_dim: int = 128
    num_layers: int = 1
    bidirectional: bool = False
    residual: bool = False
    dropout: float = 0.2
    recurrent_dropout: float = 0.0
    bridge: Literal["direct", "dense", "zero"] = "direct"
    feed_context: bool = False
    reverse_source: bool = False
    tie_embeddings: bool = False
    share_embeddings: bool = False
    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"] = "float32"
    epochs: int = 20
    batch_size: int = 64
    batch_by: Literal["sentences", "tokens"] = "sentences"
    learning_rate: float = 2e-3
    schedule: Literal["constant", "plateau", "cosine"] = "plateau"
    clip_norm: float = 1.0
    patience: int = 3
    max_source_length: int = 100
    max_target_length: int = 100
    samples: int = 3
    seed: int = 0
