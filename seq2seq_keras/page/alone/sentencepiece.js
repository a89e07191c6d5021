// Models of SentencePiece, byte pairs and unigrams, applied as its own library does:
// normalization, segmentation, and unknown characters in a row as one piece.

import { BPE, CONTROL, UNKNOWN, USER_DEFINED, readModel } from "./sentencepiece_model.js";
import { Normalizer } from "./sentencepiece_normalizer.js";
import { BytePairs, Unigrams } from "./sentencepiece_segments.js";

export class SentencePiece {
  #normalizer;
  #segment;

  /** `content` are the bytes of the model. */
  constructor(content) {
    const { pieces, algorithm, normalizer } = readModel(content);
    this.names = pieces.map(({ name }) => name);
    const known = new Map();
    pieces.forEach((piece) => piece.kind !== UNKNOWN && piece.kind !== CONTROL && known.set(piece.name, piece));
    const symbols = pieces.filter(({ kind }) => kind === USER_DEFINED).map(({ name }) => name);
    const symbolAt = matcher(symbols);
    this.#normalizer = new Normalizer(normalizer, symbolAt);
    this.#segment = algorithm === BPE ? new BytePairs(known, symbolAt) : new Unigrams(known);
  }

  encode(text) {
    const joined = [];
    let wasUnknown = false;
    for (const { name, isKnown } of this.#segment.cut(this.#normalizer.normalize(text))) {
      if (!isKnown && wasUnknown) joined[joined.length - 1] += name;
      else joined.push(name);
      wasUnknown = !isKnown;
    }
    return joined;
  }
}

/** Finds the longest symbol of a user's own at a place of a text; "" if there is none. */
function matcher(symbols) {
  const byLength = symbols.filter(Boolean).sort((a, b) => b.length - a.length);
  return (text, place) => byLength.find((symbol) => text.startsWith(symbol, place)) ?? "";
}
