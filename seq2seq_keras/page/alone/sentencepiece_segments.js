// How models of SentencePiece cut a normalized text into pieces.

import { UNUSED, USER_DEFINED } from "./sentencepiece_model.js";

const UNKNOWN_PENALTY = 10;
const SMALLEST = 2 ** -126; // of positive numbers in 32 bits

/** Merges the best pair of neighbours as long as there is one: Sennrich et al., 2016. */
export class BytePairs {
  #known;
  #symbolAt;

  constructor(known, symbolAt) {
    this.#known = known;
    this.#symbolAt = symbolAt;
  }

  cut(text) {
    const symbols = this.#symbols(text);
    const agenda = new Heap((one, other) => other.score - one.score || one.left - other.left);
    const merged = new Map(); // of pieces that are only on the way to others
    const add = (left, right) => {
      if (left < 0 || right < 0 || symbols[left].isFrozen || symbols[right].isFrozen) return;
      const name = symbols[left].name + symbols[right].name;
      const piece = this.#known.get(name);
      if (!piece) return;
      agenda.push({ left, right, score: piece.score, length: name.length });
      if (piece.kind === UNUSED) merged.set(name, [symbols[left].name, symbols[right].name]);
    };
    for (let right = 1; right < symbols.length; right++) add(right - 1, right);
    for (let best = agenda.pop(); best; best = agenda.pop()) {
      const [left, right] = [symbols[best.left], symbols[best.right]];
      const isStale = !left.name || !right.name || left.name.length + right.name.length !== best.length;
      if (isStale) continue;
      left.name += right.name;
      right.name = "";
      left.next = right.next;
      if (right.next >= 0) symbols[right.next].previous = best.left;
      add(left.previous, best.left);
      add(best.left, left.next);
    }
    return symbols.filter(({ name }) => name).flatMap(({ name }) => this.#parted(name, merged));
  }

  #symbols(text) {
    const symbols = [];
    for (let place = 0; place < text.length; ) {
      const own = this.#symbolAt(text, place);
      const name = own || String.fromCodePoint(text.codePointAt(place));
      place += name.length;
      const index = symbols.length;
      symbols.push({ name, isFrozen: own !== "", previous: index - 1, next: place < text.length ? index + 1 : -1 });
    }
    return symbols;
  }

  #parted(name, merged) {
    const piece = this.#known.get(name);
    if (piece?.kind !== UNUSED || !merged.has(name)) return [{ name, isKnown: piece !== undefined }];
    return merged.get(name).flatMap((part) => this.#parted(part, merged));
  }
}

/** The likeliest pieces, by dynamic programming from left to right: Kudo, 2018. */
export class Unigrams {
  #known;
  #longest;
  #unknownScore;
  #largest;

  constructor(known) {
    this.#known = known;
    const scores = [...known.values()].filter(({ kind }) => kind === undefined).map(({ score }) => score);
    const least = scores.reduce((one, other) => Math.min(one, other), Infinity);
    this.#unknownScore = Math.fround(least - UNKNOWN_PENALTY);
    this.#largest = scores.reduce((one, other) => Math.max(one, other), SMALLEST);
    this.#longest = [...known.keys()].reduce((length, name) => Math.max(length, name.length), 0);
  }

  cut(text) {
    const ends = Array.from({ length: text.length + 1 }, () => ({ score: 0, start: -1, isKnown: false }));
    const reach = (end, start, added, isKnown) => {
      const best = ends[end];
      const score = Math.fround(ends[start].score + added); // in 32 bits, as in C++
      if (best.start < 0 || score > best.score) Object.assign(best, { score, start, isKnown });
    };
    for (let start = 0; start < text.length; ) {
      const single = start + (text.codePointAt(start) > 0xffff ? 2 : 1);
      let isSingle = false;
      for (let end = single; end <= Math.min(text.length, start + this.#longest); end++) {
        const piece = this.#known.get(text.slice(start, end));
        if (!piece || piece.kind === UNUSED) continue;
        reach(end, start, this.#score(piece), true);
        isSingle ||= end === single;
      }
      if (!isSingle) reach(single, start, this.#unknownScore, false);
      start = single;
    }
    const cut = [];
    for (let end = text.length; end > 0; end = ends[end].start) {
      cut.push({ name: text.slice(ends[end].start, end), isKnown: ends[end].isKnown });
    }
    return cut.reverse();
  }

  /** What a user defined is always chosen. */
  #score({ name, kind, score }) {
    if (kind !== USER_DEFINED) return score;
    return new TextEncoder().encode(name).length * this.#largest - 0.1;
  }
}

/** A heap: `pop` gives what `compare` puts first. */
class Heap {
  #items = [];
  #compare;

  constructor(compare) {
    this.#compare = compare;
  }

  push(item) {
    const items = this.#items;
    let place = items.push(item) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#compare(items[parent], item) <= 0) break;
      items[place] = items[parent];
      place = parent;
    }
    items[place] = item;
  }

  pop() {
    const items = this.#items;
    const [first] = items;
    const last = items.pop();
    if (!items.length) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#compare(items[child + 1], items[child]) < 0) child++;
      if (this.#compare(last, items[child]) <= 0) break;
      items[place] = items[child];
      place = child;
    }
    items[place] = last;
    return first;
  }
}
