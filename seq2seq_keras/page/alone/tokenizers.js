// The tokenizers, as `runtime/tokenizers.py` has them: held equal to those to the byte.

import { SentencePiece } from "./sentencepiece.js";
import { Unicode } from "./unicode.js";

export const [PAD, UNKNOWN, START, END] = [0, 1, 2, 3];
const SPECIAL = ["pad", "unknown", "start", "end"];
const ASCII_SPACE = " \\t\\n\\v\\f\\r";
const SPACES = new RegExp(`[${ASCII_SPACE}]+`, "g");
const ENDS = new RegExp(`^[${ASCII_SPACE}]+|[${ASCII_SPACE}]+$`, "g");
const KEPT_WORDS = 2 ** 16;

const stripped = (text) => text.replace(ENDS, "");
const withoutBlanks = (tokens) => tokens.filter((token) => token !== "");

/** What all tokenizers of a page share: patterns are made once. */
export class TextRules {
  constructor(rules) {
    const unicode = new Unicode(rules);
    Object.assign(this, { unicode, featureMark: rules.feature_mark, notCopied: rules.not_copied });
    this.whiteSpace = unicode.pattern(`[${rules.white_space}]+`);
    this.joined = unicode.pattern(rules.joined);
    this.wordRules = rules.word_rules.map(([pattern, rewrite]) => [unicode.pattern(pattern), rewrite.replaceAll("\\", "$")]);
  }

  /** Normalizes case and white space. */
  clean(text, lowercase, keepWhiteSpace) {
    if (lowercase) text = this.unicode.lower(text);
    return keepWhiteSpace ? text : stripped(text.replace(this.whiteSpace, " "));
  }
}

class Tokenizer {
  constructor(config, rules) {
    this.rules = rules;
    this.form = config.unicode_form;
    this.lowercase = config.lowercase;
    this.keepWhiteSpace = config.keep_white_space ?? false;
    this.skipsUnknown = config.skip_unknown ?? false;
    const forms = formsOf(config);
    const tokens = this.readVocabulary(config, forms);
    this.vocabulary = [...forms, ...tokens];
    this.idOf = new Map(tokens.map((token, index) => [token, forms.length + index]));
  }

  readVocabulary(config) {
    return config.vocabulary;
  }

  /** What splits the text itself, where this one reads something beside it. */
  get textTokenizer() {
    return this;
  }

  normalize(text) {
    return this.rules.unicode.normalize(text, this.form);
  }

  /** Splits a text that has its Unicode form. */
  splitNormalized(text) {
    const tokens = this.splitClean(this.rules.clean(text, this.lowercase, this.keepWhiteSpace));
    return this.skipsUnknown ? tokens.filter((token) => this.idOf.has(token)) : tokens;
  }

  split(text) {
    return this.splitNormalized(this.normalize(text));
  }

  ids(tokens) {
    return tokens.map((token) => this.idOf.get(token) ?? UNKNOWN);
  }

  /** What copying source tokens writes: them, or a mark for some. */
  copiedTokens(tokens) {
    return tokens;
  }
}

const formsOf = ({ special_tokens: forms }) => SPECIAL.map((name) => forms[name]);

class SpaceTokenizer extends Tokenizer {
  splitClean(text) {
    return withoutBlanks(text.split(SPACES));
  }

  join(tokens) {
    return tokens.join(" ");
  }
}

class KerasTokenizer extends SpaceTokenizer {
  constructor(config, rules) {
    super(config, rules);
    this.filters = new Set(config.filters);
    this.keepWhiteSpace = true; // all but spaces are parts of words
  }

  splitClean(text) {
    const filtered = [...text].map((letter) => (this.filters.has(letter) ? " " : letter)).join("");
    return withoutBlanks(filtered.split(" "));
  }
}

class CharacterTokenizer extends Tokenizer {
  splitClean(text) {
    return [...text];
  }

  join(tokens) {
    return tokens.join("");
  }
}

class JamoTokenizer extends CharacterTokenizer {
  splitClean(text) {
    return [...decomposed(text)];
  }

  join(tokens) {
    return decomposed(tokens.join("")).replace(/([\u1100-\u1112])([\u1161-\u1175])([\u11a8-\u11c2]?)/g, syllable);
  }
}

/** Every Hangul syllable as its two or three jamo: the Unicode Standard, section 3.12. */
function decomposed(text) {
  return text.replace(/[가-힣]/g, (letter) => {
    const index = letter.charCodeAt(0) - 0xac00;
    const jamo = [0x1100 + Math.floor(index / 588), 0x1161 + (Math.floor(index / 28) % 21), 0x11a7 + (index % 28)];
    return String.fromCharCode(...(index % 28 ? jamo : jamo.slice(0, 2)));
  });
}

function syllable(_, leading, vowel, trailing) {
  const place = (leading.charCodeAt(0) - 0x1100) * 21 + vowel.charCodeAt(0) - 0x1161;
  return String.fromCharCode(0xac00 + place * 28 + (trailing ? trailing.charCodeAt(0) - 0x11a7 : 0));
}

class WordTokenizer extends Tokenizer {
  #known = new Map();

  splitClean(text) {
    // No rule looks across white space, and each word is in many texts.
    return withoutBlanks(text.split(SPACES)).flatMap((word) => this.#cut(word));
  }

  #cut(word) {
    let tokens = this.#known.get(word);
    if (!tokens) {
      const cut = this.rules.wordRules.reduce((text, [pattern, rewrite]) => text.replace(pattern, rewrite), word);
      tokens = withoutBlanks(cut.split(" "));
      if (this.#known.size >= KEPT_WORDS) this.#known.clear();
      this.#known.set(word, tokens);
    }
    return tokens;
  }

  join(tokens) {
    return tokens.join(" ").replace(this.rules.joined, "");
  }
}

class SubwordTokenizer extends Tokenizer {
  readVocabulary(config, forms) {
    this.pieces = new SentencePiece(Uint8Array.from(atob(config.model), (letter) => letter.charCodeAt(0)));
    return this.pieces.names.slice(forms.length).filter((piece) => !forms.includes(piece));
  }

  splitClean(text) {
    return this.pieces.encode(text);
  }

  join(tokens) {
    return stripped(tokens.join("").replace(/▁+/g, " "));
  }
}

class FeaturesTokenizer extends Tokenizer {
  constructor(config, rules) {
    const tokenizer = makeTokenizer(config.tokenizer, rules);
    const features = config.features.map((feature) => rules.featureMark + tokenizer.normalize(feature));
    const known = tokenizer.vocabulary.slice(SPECIAL.length);
    super({ ...config.tokenizer, vocabulary: [...known, ...features] }, rules);
    this.tokenizer = tokenizer;
    this.givenSeparator = config.features_separator;
    this.separator = tokenizer.normalize(config.features_separator);
  }

  get textTokenizer() {
    return this.tokenizer;
  }

  // Both parts are cleaned once they are apart: the tab is white space.
  splitNormalized(text) {
    const { featureMark: mark } = this.rules;
    const tab = text.indexOf("\t");
    const bundle = tab < 0 ? "" : text.slice(0, tab);
    const features = withoutBlanks(bundle.split(this.separator).map((feature) => this.rules.clean(feature)));
    const source = text.slice(tab + 1).replaceAll(mark, "○");
    return [...features.map((feature) => mark + feature), ...this.tokenizer.splitNormalized(source)];
  }

  join(tokens) {
    const text = this.tokenizer.join(tokens.filter((token) => !this.isFeature(token)));
    const features = tokens.filter((token) => this.isFeature(token)).map((token) => token.slice(this.rules.featureMark.length));
    return features.length ? `${features.join(this.givenSeparator)}\t${text}` : text;
  }

  isFeature(token) {
    const { featureMark: mark } = this.rules;
    return token.startsWith(mark) && token !== mark;
  }

  copiedTokens(tokens) {
    return tokens.map((token) => (this.isFeature(token) ? this.rules.notCopied : token));
  }
}

const KINDS = {
  CharacterTokenizer,
  FeaturesTokenizer,
  JamoTokenizer,
  KerasTokenizer,
  SpaceTokenizer,
  SubwordTokenizer,
  WordTokenizer,
};

/** The tokenizer of a configuration, which is what a tokenizer's file holds. */
export function makeTokenizer(config, rules) {
  if (!Object.hasOwn(KINDS, config.class_name)) throw new TypeError(`no tokenizer ${config.class_name}`);
  return new KINDS[config.class_name](config, rules);
}

/**
 * What each source token is in the extended target vocabulary: its size and the first
 * position at which the word stands, for what the target vocabulary lacks.
 */
export function sourceCopyIds(tokens, target) {
  const size = target.vocabulary.length;
  return target.ids(tokens).map((id, position) => {
    const token = tokens[position];
    if (token === target.rules.notCopied) return START;
    return id === UNKNOWN ? size + tokens.indexOf(token) : id;
  });
}
