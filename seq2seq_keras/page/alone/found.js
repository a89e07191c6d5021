// From the ids that a graph found to tokens and texts, as `runtime/found.py` has it.

import { END, PAD, START, UNKNOWN } from "./tokenizers.js";

const HIDDEN = new Set([PAD, START, END]);

/**
 * The translations of one source, best first: text, tokens, score, probabilities,
 * attention. `sourceTokens` has the end of the source last; `n` is how many are asked for.
 */
export function readFound(tensors, sourceTokens, { source, target }, options, n) {
  const [, count, length] = tensors.token_ids.dims;
  const width = tensors.attention?.dims[3] ?? 0;
  const made = [];
  const seen = new Set();
  for (let rank = 0; rank < count && made.length < n; rank++) {
    const score = tensors.scores.data[rank];
    // There may be fewer than were asked for, but one at least.
    if (rank && !Number.isFinite(score)) break;
    const row = (tensor, size) => [...tensor.data.subarray(rank * size, (rank + 1) * size)];
    const ids = row(tensors.token_ids, length);
    const weights = tensors.attention && chunks(row(tensors.attention, length * width), width);
    const shown = options.replace_unknown ? replaced(ids, weights, source.copiedTokens(sourceTokens), target) : ids;
    const text = target.join(tokensOf(shown.filter((id) => !HIDDEN.has(id)), sourceTokens, target));
    if (seen.has(text)) continue;
    if (options.distinct_texts && options.beam_width > 1) seen.add(text);
    const tokens = tokensOf(ids.filter((id) => id !== PAD), sourceTokens, target);
    const chances = row(tensors.log_probabilities, length).slice(0, tokens.length).map(Math.exp);
    made.push({
      text,
      tokens,
      score: Number.isFinite(score) ? score : null,
      token_probabilities: chances,
      attention: weights?.slice(0, tokens.length).map((each) => each.slice(0, sourceTokens.length)) ?? null,
      ended: ids.includes(END),
    });
  }
  return made;
}

/** The tokens of ids, which may stand for words of the source. */
function tokensOf(ids, sourceTokens, { vocabulary }) {
  const size = vocabulary.length;
  return ids.map((id) => (id < size ? vocabulary[id] : sourceTokens[Math.min(id - size, sourceTokens.length - 1)]));
}

/** Each unknown token as a copy of the source word that got most attention. */
function replaced(ids, weights, copied, target) {
  const isWord = copied.map((token, place) => place < copied.length - 1 && token !== target.rules.notCopied);
  return ids.map((id, step) => {
    if (id !== UNKNOWN) return id;
    const seen = weights[step].map((weight, place) => (isWord[place] ? weight : 0));
    const most = Math.max(...seen);
    return most > 0 ? target.vocabulary.length + seen.indexOf(most) : id;
  });
}

function chunks(values, size) {
  return Array.from({ length: values.length / size }, (_, index) => values.slice(index * size, (index + 1) * size));
}
