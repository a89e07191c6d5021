// What one request asks of the search, checked as Python checks it.

import { ServiceError } from "./failures.js";

const ATTENDING = ["coverage_penalty", "replace_unknown"];

/**
 * All options of the search: those asked for, the model's own for the rest. `records` are
 * what model.json says of each.
 */
export function searchOptions(records, asked, attends) {
  const known = new Map(records.map((record) => [record.name, record]));
  for (const [name, value] of Object.entries(asked)) {
    if (!known.has(name)) refuse(name, "what was exported as ONNX does not have it.");
    check(known.get(name), value);
  }
  const options = { ...Object.fromEntries(records.map(({ name, default: usual }) => [name, usual])), ...asked };
  if ("beam_width" in asked && !("n_best" in asked)) options.n_best = Math.min(options.n_best, options.beam_width);
  checkTogether(options, asked);
  for (const name of ATTENDING) {
    if (options[name] && !attends) refuse(name, "it works on attention weights, and the model has none.");
  }
  return options;
}

function check({ name, type, choices, minimum, maximum, optional }, value) {
  if (value === null && optional) return;
  const fits = {
    boolean: () => typeof value === "boolean",
    integer: () => Number.isInteger(value) && value >= minimum && value <= maximum,
    number: () => Number.isFinite(value) && value >= minimum && value <= maximum,
    string: () => choices.includes(value),
  };
  if (!fits[type]()) refuse(name, choices ? `it is one of ${choices.join(", ")}.` : `it is of type ${type}, from ${minimum} to ${maximum}.`);
}

function checkTogether(options, asked) {
  const { beam_width: width, n_best: best, min_length: least, max_length: most } = options;
  if (best > width) refuse("n_best", `a beam holds \`beam_width\` hypotheses: n_best=${best}, beam_width=${width}.`);
  if (asked.coverage_penalty && width < 2) refuse("coverage_penalty", "it does nothing without a `beam_width` of 2 or more.");
  if ("length_penalty" in asked && options.length_normalization === "none") {
    refuse("length_penalty", "it does nothing without a `length_normalization`.");
  }
  if (("min_length" in asked || "max_length" in asked) && least > most) {
    refuse("min_length", `it can be no more than \`max_length\`: min_length=${least}, max_length=${most}.`);
  }
}

export function refuse(field, why) {
  throw new ServiceError("refused", `\`${field}\`: ${why}`, { field });
}
