// Characters as the exported translator knows them. The tables come with the page: those
// of a browser are of its version of Unicode, and other tokens would follow from them.

const ASCII = /^[\0-\x7f]*$/;

/** `rules` is what text.json holds. */
export class Unicode {
  #rules;
  #classes;
  #small;
  #assigned;
  #finalSigma;

  constructor(rules) {
    this.#rules = rules;
    const members = (ranges) => ranges.map(([first, last]) => `${escaped(first)}-${escaped(last)}`).join("");
    this.#classes = Object.fromEntries(Object.entries(rules.classes).map(([name, ranges]) => [name, members(ranges)]));
    this.#small = new Map(Object.entries(rules.lower).map(([code, small]) => [String.fromCodePoint(code), small]));
    // What Python takes for no character stays as it is, and parts its neighbours.
    this.#assigned = new RegExp(`[^${members(rules.unassigned)}]+`, "gu");
    const { cased, case_ignorable: marks } = this.#classes;
    this.#finalSigma = new RegExp(`([${cased}][${marks}]*)Σ(?![${marks}]*[${cased}])`, "gu");
  }

  /** The Unicode form of a text, as Python's `unicodedata` makes it. */
  normalize(text, form) {
    if (form === "none" || ASCII.test(text)) return text;
    return text.replace(this.#assigned, (run) => run.normalize(form));
  }

  /** The small letters of a text, as TensorFlow makes them. */
  lower(text) {
    text = text.replaceAll("\0", " "); // as there, where ICU takes it for the end of a text
    if (ASCII.test(text)) return text.toLowerCase();
    if (text.includes("Σ")) text = text.replace(this.#finalSigma, "$1ς");
    return [...text].map((letter) => this.#small.get(letter) ?? letter).join("");
  }

  /** A pattern of RE2, of those that the tokenizers have, for all its matches. */
  pattern(re2) {
    const { word, number, separator } = this.#classes;
    const members = [
      ["\\pL\\pM\\pN", word],
      ["\\pN", `[${number}]`],
      ["\\pZ", separator],
      ["\\s", " \\t\\n\\f\\r"],
      ["\\x{85}", "\\x85"],
    ];
    return new RegExp(members.reduce((pattern, [name, those]) => pattern.replaceAll(name, () => those), re2), "gu");
  }
}

const escaped = (code) => `\\u{${code.toString(16)}}`;
