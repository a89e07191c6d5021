// The page: from what is typed to what is shown. Answers that are no longer wanted are
// dropped: each change of the text or an option begins a new round and ends the one before.

import { joinAttention, showAttention } from "./attention.js";
import { joinBeam, showBeam } from "./beam.js";
import { byId, element, remember } from "./elements.js";
import { ServiceError } from "./failures.js";
import { asJson, asTsv, copyText, download, FileTrouble, readText } from "./files.js";
import { joinHypotheses, showHypotheses } from "./hypotheses.js";
import { fillLine, isBlank, isText, listenToLines, markLine, showBusy, showLines } from "./lines.js";
import { areValid, clearComplaints, complain, hasBeam, optionsAsked, showOptions } from "./options.js";
import { Server } from "./server.js";
import { Spotlight } from "./spotlight.js";
import { language, languageName, number, say, sayAll, setLanguage } from "./texts.js";

const TYPING_PAUSE = 300; // milliseconds without a key that mean that somebody looks up
const SLOW = 1500; // milliseconds after which the page says why it takes long
const MOST_LINES = 2000;

const server = new Server();
const source = byId("source");
const linesShown = byId("lines");
const modelChoice = byId("model");
const versionChoice = byId("version");

let models = [];
let round = new AbortController();
let timer = 0;
let known = new Map(); // translations by line, all for the same request
let knownFor = "";
let inspected = 0; // the line whose translation is looked into
let detailed = null; // its translation

const model = () => models.find(({ name }) => name === modelChoice.value);
const isHere = () => model().kind === "page"; // what runs in the browser has no versions
const isReady = () => model()?.default != null;
const linesOf = (text) => text.split("\n");
const languages = () => ({ source: model()?.source_language ?? null, target: model()?.target_language ?? null });

// Models.

async function loadModels() {
  try {
    models = await server.models();
  } catch (error) {
    showTrouble(error);
    return;
  }
  const before = modelChoice.value;
  modelChoice.replaceChildren(...models.map(({ name }) => element("option", { value: name }, name)));
  if (models.some(({ name }) => name === before)) modelChoice.value = before;
  if (!models.length) showMessage(say("no_models"));
  else showModel();
  if (models.some(({ state }) => state === "LOADING")) {
    if (!isReady()) showMessage(say("error_starting", { seconds: number(1) }));
    setTimeout(start, 1000);
  }
}

function showModel() {
  const { versions, labels = {}, default: newest, source_language, target_language } = model();
  const before = versionChoice.value;
  const labelled = (version) => Object.keys(labels).filter((label) => labels[label] === version).join(", ");
  const named = (version) => (labelled(version) ? `${version} (${labelled(version)})` : `${version}`);
  versionChoice.replaceChildren(
    element("option", { value: "" }, say("newest", { version: newest ?? "…" })),
    ...versions.map((version) => element("option", { value: version }, named(version))),
  );
  if (versions.map(String).includes(before)) versionChoice.value = before;
  versionChoice.parentElement.hidden = isHere();
  byId("source-language").textContent = source_language ? languageName(source_language) : "";
  byId("target-language").textContent = target_language ? languageName(target_language) : "";
  for (const [node, code] of [[source, source_language], [linesShown, target_language]]) {
    if (code) node.lang = code;
    else node.removeAttribute("lang");
  }
  showOptions(model());
}

// Rounds of translation.

function soon(pause = TYPING_PAUSE) {
  round.abort();
  clearTimeout(timer);
  countCharacters();
  linesShown.classList.add("stale");
  showBusy(false);
  timer = setTimeout(() => (models.length ? translate() : start()), pause);
}

async function translate() {
  clearComplaints();
  if (!isReady() || !areValid()) return;
  round = new AbortController();
  const { signal } = round;
  const request = {
    model: model().name,
    version: versionChoice.value ? Number(versionChoice.value) : null,
    options: optionsAsked(),
    trace: hasBeam(),
  };
  forgetOthers(request);
  const lines = linesOf(source.value);
  inspected = Math.min(inspected, lines.length - 1);
  if (isBlank(lines[inspected])) inspected = Math.max(0, lines.findIndex((line) => !isBlank(line)));
  showMessage("");
  show();
  showBusy(true);
  const slow = setTimeout(() => (byId("took").textContent = say("preparing")), SLOW);
  try {
    await inspect(lines, request, signal);
    await translateOthers(lines, request, signal);
    announce(lines);
  } catch (error) {
    if (!signal.aborted) showTrouble(error);
  } finally {
    clearTimeout(slow);
    if (!signal.aborted) showBusy(false);
  }
}

/** Forgets translations that were made in another way. */
function forgetOthers(request) {
  const key = JSON.stringify(request);
  if (key !== knownFor) known = new Map();
  knownFor = key;
}

/** The line that is looked into comes first, with everything. */
async function inspect(lines, request, signal) {
  const line = lines[inspected];
  if (!isText(line, view())) {
    showDetails(null);
    return;
  }
  let found = known.get(line);
  if (!found?.hypotheses) {
    const started = performance.now();
    found = await server.inspect(line, request, signal);
    signal.throwIfAborted();
    if (isOther(found.version)) known.clear();
    known.set(line, { ...found, milliseconds: performance.now() - started });
    if (!model().versions.includes(found.version)) loadModels();
  }
  showDetails(known.get(line));
  show();
}

/** Whether what is known was made by another version: a newer one may have taken over. */
const isOther = (version) => [...known.values()].some((each) => each.version !== version);

async function translateOthers(lines, request, signal) {
  const shown = view();
  const missing = [...new Set(lines)].filter((line) => isText(line, shown) && !known.has(line));
  let { texts: most = missing.length } = model().limits ?? {};
  while (missing.length) {
    const chunk = missing.slice(0, most);
    try {
      await translateChunk(chunk, shown, request, signal);
      missing.splice(0, chunk.length);
    } catch (error) {
      // The wider the search, the fewer texts the server takes at once.
      if (error.kind !== "too_large" || error.field !== "texts" || chunk.length === 1) throw error;
      most = Math.ceil(chunk.length / 2);
    }
  }
}

async function translateChunk(chunk, shown, request, signal) {
  let index = 0;
  for await (const answer of server.translate(chunk, request, signal)) {
    signal.throwIfAborted();
    const line = chunk[index++];
    const isNew = isOther(answer.version);
    if (isNew) known.clear();
    known.set(line, { text: answer.text, version: answer.version });
    if (isNew) soon(); // for the lines that came before it
    else fillLine(line, shown);
  }
}

// What is shown of them.

function view() {
  const limit = model()?.limits?.characters ?? Infinity;
  return { lines: linesOf(source.value), known, inspected, limit, sourceLanguage: languages().source };
}

function show() {
  showLines(view());
  const nothing = isBlank(source.value);
  for (const id of ["copy", "save-tsv", "save-json"]) byId(id).disabled = nothing;
  if (nothing) byId("took").textContent = "";
}

function showDetails(found) {
  detailed = found;
  showHypotheses(found, { copy, languages: languages() });
  showAttention(found, 0, languages());
  showBeam(found, languages());
  if (!found) return;
  const { version, milliseconds } = found;
  const values = { model: found.model, version, milliseconds: number(Math.round(milliseconds)) };
  byId("took").textContent = say(isHere() ? "took_here" : "took", values);
}

function announce(lines) {
  linesShown.classList.remove("stale");
  const told = lines.filter((line) => known.has(line));
  if (!told.length) byId("status").textContent = "";
  else if (told.length === 1) byId("status").textContent = say("translated", { text: known.get(told[0]).text });
  else byId("status").textContent = say("translated_lines", { count: number(told.length) });
}

function countCharacters() {
  const lines = linesOf(source.value);
  const characters = number([...source.value].length);
  const limit = model()?.limits?.characters;
  if (lines.length > 1 || !limit) byId("count").textContent = say("count_lines", { count: number(lines.length), characters });
  else byId("count").textContent = say("count", { characters, limit: number(limit) });
}

// What goes wrong.

function showMessage(text, detail = "") {
  const box = byId("trouble");
  box.hidden = !text;
  box.replaceChildren(text, ...(detail ? [" ", element("q", { lang: "en" }, detail)] : []));
}

function showTrouble(error) {
  if (!(error instanceof ServiceError)) throw error;
  const { kind, message, field, retryAfter } = error;
  byId("took").textContent = "";
  const wantsToken = kind === "unauthorized";
  byId("token-form").hidden = !wantsToken;
  if (wantsToken) byId("token").focus();
  // Without one there was nothing to refuse; what is told beside its field is told.
  const isTold = (wantsToken && !server.token) || (field && complain(field, message));
  if (!isTold) showMessage(say(`error_${kind}`, { seconds: number(Math.ceil(retryAfter)) }), message);
  if (kind === "busy" || kind === "starting") soon(1000 * retryAfter);
  if (kind === "unknown") loadModels();
}

// Copy and download.

async function copy(text, button) {
  const done = await copyText(text);
  byId("status").textContent = say(done ? "copied" : "not_copied");
  if (!done) {
    showMessage(say("not_copied"));
    return;
  }
  button.textContent = say("copied");
  setTimeout(() => (button.textContent = say("copy")), 1500);
}

const pairs = () => linesOf(source.value).map((line) => ({ source: line, ...known.get(line) }));

function record() {
  const { model: name, version, options } = JSON.parse(knownFor);
  const translations = pairs().map(({ milliseconds, model: _, version: __, text = "", ...rest }) => ({ ...rest, text }));
  return { model: name, version: detailed?.version ?? version, options, translations };
}

// Files that are opened or dropped.

async function take(file) {
  if (!file) return;
  try {
    source.value = await readText(file, MOST_LINES);
  } catch (error) {
    if (!(error instanceof FileTrouble)) throw error;
    const { name, limit } = error.values;
    showMessage(say(error.key, { name, limit: limit && number(limit) }));
    return;
  }
  inspected = 0;
  source.focus();
  soon(0);
}

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

// Everything together.

function inspectLine(index) {
  if (index === inspected || isBlank(linesOf(source.value)[index] ?? "")) return;
  inspected = index;
  markLine(index);
  soon(0);
}

function listenToText() {
  // While Hangul is composed there is no end of composition until the next letter, so
  // every input counts.
  source.addEventListener("input", () => {
    inspected = lineOfCaret();
    soon();
  });
  source.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) soon(0);
  });
  document.addEventListener("selectionchange", () => {
    if (document.activeElement === source) inspectLine(lineOfCaret());
  });
  listenToLines(inspectLine);
  byId("clear").addEventListener("click", () => {
    source.value = "";
    source.focus();
    soon(0);
  });
}

const lineOfCaret = () => linesOf(source.value.slice(0, source.selectionStart)).length - 1;

function listenToFiles() {
  byId("open").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", ({ target }) => {
    take(target.files[0]);
    target.value = ""; // the same file can be opened again
  });
  const drop = byId("drop");
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    drop.hidden = false;
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) drop.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    drop.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
  byId("copy").addEventListener("click", ({ target }) => copy(pairs().map(({ text = "" }) => text).join("\n"), target));
  byId("save-tsv").addEventListener("click", () => {
    const translated = pairs().filter(({ text }) => text !== undefined);
    download("translations.tsv", "text/tab-separated-values", asTsv(translated));
  });
  byId("save-json").addEventListener("click", () => download("translations.json", "application/json", asJson(record())));
}

function listenToChoices() {
  modelChoice.addEventListener("change", () => {
    showModel();
    soon(0);
  });
  versionChoice.addEventListener("change", () => soon(0));
  byId("search-form").addEventListener("optionschange", () => soon());
  byId("search-form").addEventListener("submit", (event) => event.preventDefault());
  byId("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    server.token = byId("token").value;
    byId("token-form").hidden = true;
    start();
  });
  byId("theme").value = document.documentElement.dataset.theme ?? "";
  byId("theme").addEventListener("change", ({ target }) => {
    if (target.value) document.documentElement.dataset.theme = target.value;
    else delete document.documentElement.dataset.theme;
    remember("theme", target.value);
  });
  byId("language").value = language();
  byId("language").addEventListener("change", ({ target }) => {
    setLanguage(target.value);
    if (model()) showModel();
    show();
    showDetails(detailed);
    countCharacters();
  });
}

async function start() {
  await loadModels();
  countCharacters();
  await translate();
}

const spotlight = new Spotlight();
joinHypotheses(spotlight, (rank) => showAttention(detailed, rank, languages()));
joinAttention(spotlight);
joinBeam(spotlight);
sayAll();
listenToText();
listenToFiles();
listenToChoices();
start();
