"""The options of a search as tensors, so that one graph serves many."""

from typing import Any, NamedTuple


class SearchInputs(NamedTuple):
    """What a graph is told of a search when it runs, not when it is made.

    Each has the name and meaning that it has in `SearchOptions`, and is a scalar
    tensor; what is left at its default is not in the graph. `length_offset` and
    `length_exponent` are `SearchOptions.length_terms`.
    """

    max_length: Any
    max_length_ratio: Any
    length_offset: Any
    length_exponent: Any
    beam_width: Any = 1
    n_best: Any = 1
    min_length: Any = 0
    min_length_ratio: Any = 0.0
    coverage_penalty: Any = 0.0
    block_ngrams: Any = 0
    repetition_penalty: Any = 1.0
    sample: bool = False
    replace_unknown: bool = False
    beam_groups: int = 1
    diversity_penalty: float = 0.0

    @property
    def length_terms(self) -> tuple[Any, Any]:
        """What divides a score; see `SearchOptions`."""
        return self.length_offset, self.length_exponent
