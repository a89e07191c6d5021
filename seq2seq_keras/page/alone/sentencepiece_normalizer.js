// What a model of SentencePiece does to a text before it is cut.

const BOUNDARY = "▁"; // with which a space is written
const MOST_RULES = 32; // that begin at one place
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

export class Normalizer {
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
