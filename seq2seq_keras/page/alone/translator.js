// From texts to translations, as `runtime/translator.py` has it.

import { ServiceError } from "./failures.js";
import { readJson, vouchFor } from "./folder.js";
import { readFound } from "./found.js";
import { search } from "./graphs.js";
import { refuse, searchOptions } from "./search_options.js";
import { END, TextRules, UNKNOWN, makeTokenizer, sourceCopyIds } from "./tokenizers.js";

export const MOST_CHARACTERS = 10_000;

export class Translator {
  #tokenizers;
  #config;

  constructor(model, config, tokenizers) {
    this.name = model.name;
    this.options = model.options;
    this.attends = config.attends;
    this.#config = config;
    this.#tokenizers = tokenizers;
  }

  /** Reads all but the graphs, which are read when they are needed. */
  static async load() {
    const model = await readJson("page/model.json");
    vouchFor(model.sha256);
    const config = await readJson("runtime.json");
    vouchFor(config.sha256);
    const [rules, source, target] = await Promise.all(
      ["page/text.json", "source_tokenizer.json", "target_tokenizer.json"].map(readJson),
    );
    const shared = new TextRules(rules);
    const tokenizers = { source: makeTokenizer(source, shared), target: makeTokenizer(target, shared) };
    return new Translator(model, config, tokenizers);
  }

  /** The n best translations of a text, best first; see `readFound`. */
  async decode(text, asked, { onlyBest = false } = {}) {
    const { prefix: begin = "", ...given } = asked;
    const options = searchOptions(this.options, given, this.attends);
    this.#checkCopies(options);
    if (onlyBest) options.n_best = 1;
    const { n_best: n } = options;
    // Texts that are equal give way to others, so more are looked at.
    if (options.distinct_texts && options.beam_width > 1 && n > 1) options.n_best = options.beam_width;
    const prefix = this.#prefix(begin, options);
    const { tokens, ids } = this.#source(text);
    const found = await search(options, ids, prefix);
    const sourceTokens = [...tokens, this.#tokenizers.source.vocabulary[END]];
    const hypotheses = readFound(found, sourceTokens, this.#tokenizers, options, n);
    return { source_tokens: sourceTokens, hypotheses };
  }

  /** The form in which the model reads a text. */
  normalized(text) {
    if (!text.isWellFormed()) throw new ServiceError("refused", "The text holds half of a character.");
    return [...this.#tokenizers.source.normalize(text)].slice(0, MOST_CHARACTERS).join("");
  }

  #source(text) {
    const { source, target } = this.#tokenizers;
    const { copies, decoding } = this.#config;
    const tokens = source.splitNormalized(text).slice(0, decoding.max_source_length);
    const ids = { source_token_ids: [...source.ids(tokens), END] };
    if (copies) ids.source_copy_ids = [...sourceCopyIds(source.copiedTokens(tokens), target), END];
    return { tokens, ids };
  }

  #prefix(text, { max_length: most }) {
    const { target } = this.#tokenizers;
    if (typeof text !== "string" || !text.isWellFormed()) refuse("prefix", "it is no text, or holds half of a character.");
    const tokens = target.split(text);
    const ids = target.ids(tokens);
    if (ids.includes(UNKNOWN)) {
      refuse("prefix", `the target vocabulary lacks “${tokens[ids.indexOf(UNKNOWN)]}”, so it cannot be written.`);
    }
    if (ids.length >= most) refuse("prefix", `it is ${ids.length} tokens and the end: more than \`max_length\`, ${most}.`);
    return ids;
  }

  #checkCopies({ replace_unknown: isAsked }) {
    const { source, target } = this.#tokenizers;
    if (isAsked && source.textTokenizer.constructor !== target.textTokenizer.constructor) {
      refuse("replace_unknown", "it needs one kind of tokenizer for both sides.");
    }
  }
}
