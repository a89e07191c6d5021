// The options of the search as a form, made from what the server says of the model: type,
// default, range and a sentence for each. Only what differs from the model is asked for.

import { byId, element } from "./elements.js";
import { language, number, say, sayOption } from "./texts.js";

const form = byId("search-form");
const summary = byId("search-summary");

// What has a meaning under each method only; the rest has one under all of them.
const METHODS = {
  beam: ["beam_width", "n_best", "length_normalization", "length_penalty", "coverage_penalty", "distinct_texts", "beam_groups", "diversity_penalty", "decision", "utility", "posterior_scale"],
  greedy: [],
  sampling: ["n_best", "temperature", "top_k", "top_p", "seed", "decision", "utility", "candidates"],
};
const OF_METHODS = new Set(Object.values(METHODS).flat());
const CHOSEN_BY_METHOD = new Set(["sample"]);
const NEEDS_ATTENTION = new Set(["coverage_penalty", "replace_unknown"]);
const TOP = ["prefix", "avoid"];
// What a request takes beside the options that a model has.
const OF_REQUESTS = [
  { name: "prefix", type: "string", default: "" },
  { name: "avoid", type: "lines", default: "" },
  { name: "seed", type: "integer", default: 0, minimum: 0, maximum: 2 ** 31 - 1 },
];
// A model that searches greedily has no list and no tree to show: the page starts with these.
const START = { beam_width: 4, n_best: 4 };

let options = new Map(); // by name, as the server described them
let entered = {}; // what was chosen, by name; kept when the language or the model changes
let method = "beam";

/** Makes the form for a model; what was entered before and still means something stays. */
export function showOptions(model) {
  const given = model.options.filter(({ name }) => model.has_attention || !NEEDS_ATTENTION.has(name));
  const others = OF_REQUESTS.filter(({ name }) => !model.lacks?.includes(name));
  options = new Map([...given, ...others].map((option) => [option.name, option]));
  if (!Object.keys(entered).length) startWith(START);
  // A SavedModel searches as it was exported.
  form.hidden = !given.length;
  if (!given.length) options.clear();
  draw();
}

function startWith(start) {
  const width = options.get("beam_width")?.default;
  method = options.get("sample")?.default ? "sampling" : "beam";
  entered = method === "beam" && width === 1 ? { ...start } : {};
}

const defaultOf = (name) => options.get(name)?.default;
const valueOf = (name) => (name in entered ? entered[name] : defaultOf(name));

function namesShown() {
  const others = [...options.keys()].filter((name) => !OF_METHODS.has(name) && !CHOSEN_BY_METHOD.has(name) && !TOP.includes(name));
  return [...METHODS[method], ...TOP, ...others].filter((name) => options.has(name));
}

/** What to ask for: the options that differ from the model's own. */
export function optionsAsked() {
  const asked = {};
  const ask = (name, value) => {
    if (options.has(name) && value !== defaultOf(name)) asked[name] = value;
  };
  ask("sample", method === "sampling");
  if (method === "greedy") ask("beam_width", 1);
  for (const name of namesShown()) ask(name, valueOf(name));
  if (asked.avoid) asked.avoid = asked.avoid.split("\n").map((line) => line.trim()).filter(Boolean);
  if (!asked.avoid?.length) delete asked.avoid;
  return asked;
}

/** Whether the search keeps a tree. */
export const hasBeam = () => options.size > 0 && method === "beam" && valueOf("beam_width") > 1;

/** Whether everything that was entered can be asked for. */
export const areValid = () => !form.querySelector('[aria-invalid="true"]');

/** Shows what the server said of one option beside it; false if it has no field here. */
export function complain(name, message) {
  const input = form.querySelector(`[name="${CSS.escape(name)}"]`);
  if (!input) return false;
  mark(input, message);
  input.dataset.refused = "";
  byId("search").open = true;
  return true;
}

/** Forgets what the server said: with another text it may have nothing to say. */
export function clearComplaints() {
  for (const input of form.querySelectorAll("[data-refused]")) {
    delete input.dataset.refused;
    mark(input, "");
  }
}

function draw() {
  const fields = namesShown().map((name) => field(options.get(name)));
  const reset = element("button", { type: "button", class: "small" }, say("reset"));
  reset.addEventListener("click", () => {
    startWith({});
    if (defaultOf("beam_width") === 1) method = method === "sampling" ? method : "greedy";
    draw();
    changed();
  });
  form.replaceChildren(methods(), element("div", { class: "fields" }, ...fields), reset);
  summarize();
}

function methods() {
  const group = element("fieldset", { class: "methods" }, element("legend", {}, say("method")));
  for (const name of Object.keys(METHODS).filter((each) => each !== "sampling" || options.has("sample"))) {
    const radio = element("input", { type: "radio", name: "method", value: name });
    radio.checked = name === method;
    radio.addEventListener("change", () => {
      method = name;
      if (method === "beam" && valueOf("beam_width") === 1) Object.assign(entered, START);
      draw();
      form.querySelector(`[name="method"][value="${name}"]`).focus();
      changed();
    });
    group.append(element("label", {}, radio, say(`method_${name}`)));
  }
  return group;
}

function field(option) {
  const { name } = option;
  const [title, sentence] = sayOption(name);
  const id = `option-${name}`;
  const input = control(option, id);
  const help = element("small", { id: `${id}-help`, class: "quiet" }, sentence ?? plain(option.description));
  if (!sentence && language() !== "en") help.lang = "en"; // as the package says it
  const error = element("small", { id: `${id}-error`, class: "error" });
  input.setAttribute("aria-describedby", `${help.id} ${error.id}`);
  input.addEventListener("input", () => enter(option, input));
  return element("div", { class: `field ${option.type}` }, element("label", { for: id }, title), input, help, error);
}

function control({ name, type, choices, minimum, maximum }, id) {
  const value = valueOf(name);
  const attributes = { id, name };
  if (choices) {
    const select = element("select", attributes, ...choices.map((choice) => element("option", { value: choice, lang: "en" }, choice)));
    select.value = value;
    return select;
  }
  if (type === "lines") {
    const area = element("textarea", { ...attributes, rows: 2, dir: "auto" });
    area.value = value;
    return area;
  }
  const kind = { boolean: "checkbox", integer: "number", number: "number" }[type] ?? "text";
  const numbers = kind === "number" ? { min: minimum, max: maximum, step: type === "integer" ? 1 : "any", inputmode: "decimal" } : {};
  const input = element("input", { ...attributes, type: kind, dir: kind === "text" ? "auto" : null, ...numbers });
  if (kind === "checkbox") input.checked = value;
  else input.value = value ?? "";
  return input;
}

function enter(option, input) {
  const { name } = option;
  const value = readInput(option, input);
  mark(input, value === undefined ? range(option) : "");
  if (value === undefined) return;
  entered[name] = value;
  keepTogether(name);
  summarize();
  changed();
}

/** A list of the n best cannot be longer than the beam is wide. */
function keepTogether(name) {
  if (method !== "beam" || valueOf("n_best") <= valueOf("beam_width")) return;
  const other = name === "n_best" ? "beam_width" : "n_best";
  entered[other] = entered[name];
  form.querySelector(`[name="${other}"]`).value = entered[name];
}

/** The value of a field; undefined if it is none. */
function readInput({ type, optional, default: usual }, input) {
  if (type === "boolean") return input.checked;
  if (input.type !== "number") return input.value;
  if (input.value === "" && !input.validity.badInput) return optional ? null : usual;
  return input.validity.valid ? input.valueAsNumber : undefined;
}

function range({ type, minimum, maximum }) {
  const bounds = { minimum: number(minimum), maximum: number(maximum) };
  return say(type === "integer" ? "whole_between" : "between", bounds);
}

function mark(input, message) {
  input.setAttribute("aria-invalid", message ? "true" : "false");
  byId(`${input.id}-error`).textContent = message;
}

function changed() {
  form.dispatchEvent(new CustomEvent("optionschange", { bubbles: true }));
}

function summarize() {
  if (!options.size) {
    summary.textContent = say("search_fixed");
    return;
  }
  const values = { beam_width: number(valueOf("beam_width") ?? 1), n_best: number(valueOf("n_best") ?? 1) };
  const told = new Set(["beam_width", "n_best", "sample"]);
  const others = Object.keys(optionsAsked()).filter((name) => !told.has(name));
  const names = others.map((name) => sayOption(name)[0]).join(", ");
  summary.textContent = say(`summary_${method}`, values) + (names && say("summary_changed", { names }));
}

/** A sentence of the package, which is written in Markdown. */
const plain = (markdown = "") => markdown.replaceAll(/`|\[([^\]]*)\]\([^)]*\)/g, "$1");
