// The page in English and Korean: `say` finds a text, `setLanguage` changes all of them.

import { remember } from "./elements.js";
import english from "./english.js";
import korean from "./korean.js";

const LANGUAGES = { en: english, ko: korean };
const root = document.documentElement;

export const language = () => root.lang;

/** A text in the page's language, with its values. */
export function say(key, values = {}) {
  const text = LANGUAGES[language()][key];
  return typeof text === "function" ? text(values) : text;
}

/** The name and the sentence of an option of the search; the sentence may be missing. */
export const sayOption = (name) => LANGUAGES[language()].option[name] ?? [name];

/** A number as people write it here; `digits` after the point where they are given. */
export function number(value, digits) {
  if (!Number.isFinite(value)) return "?"; // in JSON it is null
  const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative" };
  return new Intl.NumberFormat(language(), digits === undefined ? {} : fixed).format(value);
}

/** A probability or a weight, short; what is nearly nothing is not called nothing. */
export function probability(value) {
  if (value > 0 && value < 0.001) return `<${number(0.001, 3)}`;
  return number(value, value < 0.01 ? 3 : 2);
}

/** The name of a language by its code, in the page's language. */
export function languageName(code) {
  try {
    return new Intl.DisplayNames([language()], { type: "language" }).of(code);
  } catch {
    return code; // what a model says of itself need not be a code
  }
}

/** Says everything that stands in the page itself. */
export function sayAll() {
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-say-placeholder]")) {
    node.placeholder = say(node.dataset.sayPlaceholder);
  }
  for (const node of document.querySelectorAll("[data-say-label]")) node.ariaLabel = say(node.dataset.sayLabel);
  document.title = `${say("title")} · seq2seq_keras`;
}

export function setLanguage(wanted) {
  root.lang = wanted;
  remember("language", wanted);
  sayAll();
}
