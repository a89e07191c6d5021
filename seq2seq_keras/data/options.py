"""The options of training data: which pairs, what their tokens are, which batches."""

import dataclasses
import itertools
import os
from typing import Any, Literal

from seq2seq_keras.data.corpora import has_features
from seq2seq_keras.data.reading_options import ReadingOptions
from seq2seq_keras.data.table_files import is_pipe
from seq2seq_keras.errors import InputError
from seq2seq_keras.options import documented, option

# The options that name files of pairs.
FILE_OPTIONS = (
    *("train", "train_source", "train_target"),
    *("validation", "validation_source", "validation_target"),
)
_TokenizerName = Literal["auto", "word", "space", "character", "jamo", "bpe", "unigram"]


@documented
@dataclasses.dataclass(kw_only=True)
class DataOptions(ReadingOptions):
    """What pairs a training is made from, and how.

    Args:
        {options}

    Reference:
        {papers}
    """

    train: list[str] | None = option(
        None,
        """Training pairs: tables (with tabs, .csv, JSON lines, Parquet, TMX), which
        make one set, or two parallel text files; packed or not. A folder or a pattern
        such as 'data/*.tsv' stands for its files, - for standard input.""",
        nargs="+",
        metavar="FILE",
    )
    train_source: list[str] | None = option(
        None,
        "Text files of training sources, a sentence a line, if `train` names no files.",
        nargs="+",
        metavar="FILE",
    )
    train_target: list[str] | None = option(
        None, "The files of their targets, line by line.", nargs="+", metavar="FILE"
    )
    validation: list[str] | None = option(
        None,
        """Validation pairs, as for `train`. Without them a tenth of the training
        sources is set aside.""",
        nargs="+",
        metavar="FILE",
    )
    validation_source: list[str] | None = option(
        None, "Text files of validation sources.", nargs="+", metavar="FILE"
    )
    validation_target: list[str] | None = option(
        None, "The files of their targets.", nargs="+", metavar="FILE"
    )
    corpus: str | None = option(
        None,
        """Name of a corpus, e.g. phrasebook/english-french; a wrong name lists them
        all. `train` files make more pairs beside its own, and its validation pairs
        are those of the training.""",
    )
    hallucinate: int = option(
        0,
        """How many pairs to make up beside those of training, by putting random letters
        for what sources and targets have in common: for forms of words where there are
        few.""",
        minimum=0,
        maximum=10**8,
        paper="[Anastasopoulos & Neubig, 2019](https://arxiv.org/abs/1908.05838)",
    )
    stream: bool = option(
        False,
        """Keep the training pairs as ids in a temporary file (in TMPDIR), and some
        hundred thousand of them in memory, for files of any length.""",
    )
    tokenizer: _TokenizerName | None = option(
        None,
        """What a token is, on both sides: words unless given. "space" is for text that
        is split already, "bpe" and "unigram" are pieces of words, from the extra
        `subword`, and "auto" looks at the training pairs, each side by itself, and says
        what it chose.""",
    )
    target_tokenizer: _TokenizerName | None = option(
        None, "What a token of the target is, where it differs."
    )
    reverse_target: bool = option(
        False,
        """Read targets from their end, for a model that judges the translations of
        another: `rescore`. Attention that is `monotonic` cannot write such ones.""",
        paper="[Liu et al., 2016](https://aclanthology.org/N16-1046)",
    )
    vocabulary: str | None = option(
        None,
        """File with the vocabulary of both sides, in place of that of the training
        pairs: a token a line, fairseq's dict.txt, Marian's YAML, or a SentencePiece
        model. Text is then split at spaces unless `tokenizer` is given.""",
        metavar="FILE",
    )
    source_vocabulary: str | None = option(
        None, "The same for the source alone.", metavar="FILE"
    )
    target_vocabulary: str | None = option(
        None, "The same for the target alone.", metavar="FILE"
    )
    keep_white_space: bool = option(
        False,
        """Keep runs of white space and tabs, as in code, with the tokenizer
        "character" or "jamo"; otherwise each run is one space.""",
    )
    lowercase: bool = option(False, "Lower-case all text.")
    unicode_form: Literal["NFC", "NFD", "NFKC", "NFKD", "none"] = option(
        "NFC", "Unicode form of all text."
    )
    special_tokens: list[str] | None = option(
        None,
        "How padding, the unknown token, start and end are written.",
        nargs=4,
        metavar=("PAD", "UNKNOWN", "START", "END"),
    )
    min_frequency: int = option(
        1,
        """Tokens, or characters of subwords, seen fewer times in training become
        unknown.""",
        minimum=1,
        maximum=10**9,
    )
    max_vocabulary_size: int | None = option(
        None,
        """Largest vocabulary of each side; 8,000 for subwords unless given.""",
        minimum=5,
        maximum=10**7,
    )
    share_vocabulary: bool = option(False, "One vocabulary for both sides.")
    subword_sampling: float = option(
        0.0,
        """Split words into other pieces in each epoch: the share of merges left out of
        "bpe", the sharpness of "unigram"; 0.1 is usual, 0 for never.""",
        minimum=0,
        maximum=1,
        paper=(
            "[Provilkov et al., 2020](https://arxiv.org/abs/1910.13267)",
            "[Kudo, 2018](https://arxiv.org/abs/1804.10959)",
        ),
    )
    batch_size: int = option(
        64, "Size of a batch in what batch_by says.", minimum=1, maximum=10**6
    )
    batch_by: Literal["sentences", "tokens"] = option(
        "sentences", "What batch_size counts."
    )
    max_source_length: int = option(
        100, "Leave out pairs with more source tokens.", minimum=1, maximum=10**5
    )
    max_target_length: int = option(
        100, "Leave out pairs with more target tokens.", minimum=1, maximum=10**5
    )
    seed: int = option(
        0,
        """Seed of everything random; on one machine, without a GPU, the same seed
        gives the same model.""",
        minimum=0,
        maximum=2**32 - 1,
    )

    def __post_init__(self) -> None:
        for name in (*FILE_OPTIONS, "special_tokens"):
            if (value := getattr(self, name)) is not None:
                # One name is a list of one; a path is its name.
                values = value if isinstance(value, list | tuple) else [value]
                setattr(self, name, [_as_name(item) for item in values])
        super().__post_init__()
        self._check_tokenizers()

    @property
    def has_features(self) -> bool:
        """Whether sources begin with features."""
        return self.features_column is not None or has_features(self.corpus)

    def pipes(self) -> list[str]:
        """The files of pairs that can be read only once."""
        named = (getattr(self, name) or () for name in FILE_OPTIONS)
        return [path for path in itertools.chain.from_iterable(named) if is_pipe(path)]

    def vocabularies(self) -> tuple[str | None, str | None]:
        """The files that the vocabularies of source and target come from."""
        source, target = self.source_vocabulary, self.target_vocabulary
        return source or self.vocabulary, target or self.vocabulary

    def _has_tokenizers(self) -> bool:
        """Whether something else than these options brings tokenizers along."""
        return False

    def _check_tokenizers(self) -> None:
        """Refuses options that no tokenizer heeds, as far as tokenizers are known."""
        kinds = {self.tokenizer, self.target_tokenizer or self.tokenizer}
        files = self.vocabularies()
        from_files = any(files) and None in kinds  # which may tell the tokenizer
        come_later = from_files or self._has_tokenizers()
        if self.subword_sampling and not (kinds & {"bpe", "unigram"} or come_later):
            raise InputError(
                "`subword_sampling` does nothing without the tokenizer bpe or unigram. "
                f"Received: subword_sampling={self.subword_sampling}"
            )
        if self.keep_white_space and not kinds & {"character", "jamo", "auto"}:
            raise InputError(
                "`keep_white_space` does nothing without the tokenizer character or "
                "jamo. Choose one, or leave it out."
            )
        if self.vocabulary and (self.source_vocabulary or self.target_vocabulary):
            raise InputError(
                "`vocabulary` is that of both sides: leave `source_vocabulary` and "
                "`target_vocabulary` out, or it."
            )
        for name, usual in (("min_frequency", 1), ("max_vocabulary_size", None)):
            if all(files) and getattr(self, name) != usual:
                raise InputError(
                    f"`{name}` does nothing where the vocabularies come from files. "
                    "Leave it out."
                )


def _as_name(item: Any) -> Any:
    return os.fspath(item) if isinstance(item, os.PathLike) else item
