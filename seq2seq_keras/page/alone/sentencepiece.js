// Models of SentencePiece, byte pairs and unigrams, read and applied as its own library
// does: normalization, segmentation, and unknown characters in a row as one piece.

const BOUNDARY = "▁"; // with which a space is written
const [UNKNOWN, CONTROL, USER_DEFINED, UNUSED] = [2, 3, 4, 5]; // kinds of pieces
const BPE = 2; // kind of model; 1 is unigram
const UNKNOWN_PENALTY = 10;
const SMALLEST = 2 ** -126; // of positive numbers in 32 bits
const MOST_RULES = 32; // that begin at one place
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

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

class Normalizer {
  #options;
  #symbolAt;
  #rules;

  constructor(options, symbolAt) {
    this.#options = options;
    this.#symbolAt = symbolAt;
    this.#rules = options.rules.length ? new Rules(options.rules) : null;
  }

  normalize(text) {
    const { removesExtra, addsPrefix, escapes } = this.#options;
    const space = escapes ? BOUNDARY : " ";
    const parts = this.#parts(text);
    if (removesExtra) while (parts[0] === " ") parts.shift();
    if (!parts.length) return "";
    let normalized = addsPrefix ? space : "";
    let wasSpace = removesExtra;
    for (let part of parts) {
      if (wasSpace) part = part.replace(/^ +/, "");
      if (part) wasSpace = part.endsWith(" ");
      normalized += escapes ? part.replaceAll(" ", BOUNDARY) : part;
      wasSpace &&= removesExtra;
    }
    while (removesExtra && normalized.endsWith(space)) normalized = normalized.slice(0, -space.length);
    return normalized;
  }

  /** What becomes of each symbol, and of whatever a rule or nothing is said of. */
  #parts(text) {
    const parts = [];
    const found = this.#rules?.find(text);
    for (let place = 0; place < text.length; ) {
      const symbol = this.#symbolAt(text, place);
      const rule = symbol ? null : found?.(place);
      const taken = symbol || rule?.taken || String.fromCodePoint(text.codePointAt(place));
      parts.push(rule ? rule.becomes : taken);
      place += taken.length;
    }
    return parts;
  }
}

/** Rules of normalization: a double array of bytes (Darts) and the texts it leads to. */
class Rules {
  #units;
  #texts;

  constructor(content) {
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    const size = view.getUint32(0, true);
    this.#units = Uint32Array.from({ length: size / 4 }, (_, index) => view.getUint32(4 + 4 * index, true));
    this.#texts = content.subarray(4 + size);
  }

  /** A function of a place in the text: the longest rule there. */
  find(text) {
    const bytes = new TextEncoder().encode(text);
    const [byteAt, placeAt] = [[], []]; // of each character
    let [place, byte] = [0, 0];
    for (const letter of text) {
      [byteAt[place], placeAt[byte]] = [byte, place];
      place += letter.length;
      byte += widthOf(letter);
    }
    placeAt[byte] = place;
    return (start) => {
      const longest = this.#longest(bytes, byteAt[start]);
      if (!longest) return null;
      const end = placeAt[byteAt[start] + longest.length];
      return { taken: text.slice(start, end), becomes: this.#textAt(longest.value) };
    };
  }

  #longest(bytes, start) {
    const units = this.#units;
    let node = offset(units[0]);
    let longest = null;
    for (let place = start, count = 0; place < bytes.length && count < MOST_RULES; place++) {
      node ^= bytes[place];
      const unit = units[node];
      if (unit === undefined || (unit & 0x800000ff) >>> 0 !== bytes[place]) break;
      node ^= offset(unit);
      if ((unit >>> 8) & 1) {
        longest = { length: place + 1 - start, value: units[node] & 0x7fffffff };
        count++;
      }
    }
    return longest;
  }

  #textAt(start) {
    return UTF8.decode(this.#texts.subarray(start, this.#texts.indexOf(0, start)));
  }
}

/** How many bytes a character has in UTF-8. */
function widthOf(letter) {
  const code = letter.codePointAt(0);
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

const offset = (unit) => ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;

/** Merges the best pair of neighbours as long as there is one: Sennrich et al., 2016. */
class BytePairs {
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
class Unigrams {
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
    // As in C++, sums are kept in 32 bits, and those of known pieces compared in more.
    const reach = (end, start, score, isKnown) => {
      const best = ends[end];
      if (best.start < 0 || score > best.score) Object.assign(best, { score: Math.fround(score), start, isKnown });
    };
    for (let start = 0; start < text.length; ) {
      const { score } = ends[start];
      const single = start + (text.codePointAt(start) > 0xffff ? 2 : 1);
      let isSingle = false;
      for (let end = single; end <= Math.min(text.length, start + this.#longest); end++) {
        const piece = this.#known.get(text.slice(start, end));
        if (!piece || piece.kind === UNUSED) continue;
        reach(end, start, score + this.#score(piece), true);
        isSingle ||= end === single;
      }
      if (!isSingle) reach(single, start, Math.fround(score + this.#unknownScore), false);
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

/** What is needed of a model, which is a message of Protocol Buffers. */
function readModel(content) {
  const pieces = [];
  let algorithm = 1;
  const normalizer = { rules: new Uint8Array(), addsPrefix: true, removesExtra: true, escapes: true };
  for (const [number, value] of fields(content)) {
    if (number === 1) pieces.push(readPiece(value));
    else if (number === 2) for (const [inner, kind] of fields(value)) algorithm = inner === 3 ? kind : algorithm;
    else if (number === 3) {
      const names = { 2: "rules", 3: "addsPrefix", 4: "removesExtra", 5: "escapes" };
      for (const [inner, given] of fields(value)) if (names[inner]) normalizer[names[inner]] = inner === 2 ? given : given !== 0;
    }
  }
  return { pieces, algorithm, normalizer };
}

function readPiece(content) {
  const piece = { name: "", score: 0, kind: undefined };
  for (const [number, value] of fields(content)) {
    if (number === 1) piece.name = UTF8.decode(value);
    else if (number === 2) piece.score = value;
    else if (number === 3 && value !== 1) piece.kind = value; // 1 is a normal one
  }
  return piece;
}

/** The number of each field with its value: a number, or bytes. */
function* fields(content) {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let place = 0;
  const varint = () => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = view.getUint8(place++);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (place < content.length) {
    const tag = varint();
    const [number, kind] = [Math.floor(tag / 8), tag & 7];
    if (kind === 0) yield [number, varint()];
    else if (kind === 2) {
      const length = varint();
      if (place + length > content.length) throw new RangeError("a field is longer than the model");
      yield [number, content.subarray(place, place + length)];
      place += length;
    } else if (kind === 5) {
      yield [number, view.getFloat32(place, true)];
      place += 4;
    } else if (kind === 1) place += 8;
    else throw new TypeError("no field of a message");
  }
}
