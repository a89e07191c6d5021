"""Searches that are slow and plainly right: one sentence, lists, no early stop."""

import itertools

import numpy as np
from table_decoder import WRITABLE

END = 3


def score(
    total,
    attention,
    *,
    length_normalization="average",
    length_penalty=1.0,
    coverage_penalty=0.0,
    source_mask=None,
):
    """What a complete hypothesis is ranked by."""
    length = len(attention)
    divisor = {
        "average": length**length_penalty,
        "gnmt": ((5 + length) / 6) ** length_penalty,
        "none": 1.0,
    }[length_normalization]
    covered = np.log(np.clip(np.sum(attention, axis=0), 1e-6, 1.0))
    if source_mask is not None:
        covered = covered[source_mask]
    return total / divisor + coverage_penalty * covered.sum()


def enumerate_all(
    decoder,
    sentence,
    max_length,
    allowed=lambda tokens: True,
    weights=lambda tokens: 1.0,
    **options,
):
    """Every complete hypothesis with its score, best first.

    `allowed` says which there are, `weights` what multiplies their log-probabilities.
    """
    found = []
    for length in range(1, max_length + 1):
        for tokens in itertools.product(WRITABLE, repeat=length):
            ends = tokens[-1] == END or length == max_length
            if ends and END not in tokens[:-1] and allowed(tokens):
                values, attention = decoder.rescore(sentence, tokens)
                total = (weights(tokens) * values).sum()
                found.append((score(total, attention, **options), tokens))
    return sorted(found, reverse=True)


def beam_by_hand(decoder, sentence, width, max_length, min_length=0, **options):
    """The complete hypotheses of a beam search with their scores, best first."""
    live, complete = [(0.0, ())], []
    for length in range(1, max_length + 1):
        candidates = []
        for total, tokens in live:
            log_probabilities, _ = decoder.distribution(sentence, tokens)
            for token in WRITABLE:
                if token != END or length >= min_length:
                    continued = (total + log_probabilities[token], (*tokens, token))
                    candidates.append(continued)
        candidates.sort(reverse=True)
        live = []
        for rank, (total, tokens) in enumerate(candidates):
            if tokens[-1] != END and length < max_length:
                live.append((total, tokens))
            elif rank < width:
                _, attention = decoder.rescore(sentence, tokens)
                complete.append((score(total, attention, **options), tokens))
        live = live[:width]
        if len(complete) >= width:
            break
    return sorted(complete, reverse=True)


def groups_by_hand(
    decoder, sentence, width, groups, penalty, max_length, min_length=0, **options
):
    """The complete hypotheses of a beam in groups with their scores, best first."""
    size = width // groups
    live = [[(0.0, ())] for _ in range(groups)]
    complete = [[] for _ in range(groups)]
    for length in range(1, max_length + 1):
        written = []
        for group in range(groups):
            candidates = []
            for total, tokens in live[group]:
                log_probabilities, _ = decoder.distribution(sentence, tokens)
                for token in WRITABLE:
                    if token != END or length >= min_length:
                        score_so_far = total + log_probabilities[token]
                        rank = score_so_far - penalty * written.count(token)
                        candidates.append((rank, score_so_far, (*tokens, token)))
            candidates.sort(reverse=True)
            live[group], ended = [], []
            for place, (_, total, tokens) in enumerate(candidates):
                if tokens[-1] != END and length < max_length:
                    if len(live[group]) < size:
                        live[group].append((total, tokens))
                elif place < size:
                    _, attention = decoder.rescore(sentence, tokens)
                    found = (score(total, attention, **options), tokens)
                    complete[group].append(found)
                    ended.append(tokens[-1])
            complete[group] = sorted(complete[group], reverse=True)[:size]
            if len(complete[group]) == size:
                live[group] = []
            written += ended + [tokens[-1] for _, tokens in live[group]]
    best = {}  # two groups may find the same
    for found, tokens in sorted(itertools.chain(*complete), reverse=True):
        best.setdefault(tokens, found)
    return [(found, tokens) for tokens, found in best.items()]


def tokens_of(row):
    """Token ids without padding."""
    return tuple(int(token) for token in row if token)


def check_n_best(result, row, expected):
    """Compares the n best of one sentence with a list of scores and tokens."""
    n_best = result.token_ids.shape[1]
    found = [tokens_of(tokens) for tokens in np.asarray(result.token_ids[row])]
    best = [tokens for _, tokens in expected[:n_best]]
    assert found == best + [()] * (n_best - len(best))
    scores = [score for score, _ in expected[:n_best]]
    scores += [-np.inf] * (n_best - len(best))
    np.testing.assert_allclose(result.scores[row], scores, rtol=1e-4, atol=1e-4)
