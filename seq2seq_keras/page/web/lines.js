// The translations line by line: one large text, or a list of which one line is looked into.
//
// What is shown is a `view`: the `lines`, the translations `known` so far (a Map by line),
// the place of the line that is `inspected`, the `limit` of characters of a line, and the
// `sourceLanguage`.

import { byId, element } from "./elements.js";
import { language, number, say } from "./texts.js";

const box = byId("lines");

export const isBlank = (line) => !line.trim();
export const isTooLong = (line, { limit }) => [...line].length > limit;

/** Whether a line is translated at all. */
export const isText = (line, view) => !isBlank(line) && !isTooLong(line, view);

export function showLines(view) {
  const { lines, known } = view;
  box.classList.toggle("stale", lines.some((line) => isText(line, view) && !known.has(line)));
  if (lines.every(isBlank)) {
    box.replaceChildren(element("p", { class: "quiet", lang: language() }, say("nothing_yet")));
    return;
  }
  const [only] = lines;
  // Until it is known, what stood there before stays.
  if (lines.length === 1 && isText(only, view) && !known.has(only) && box.querySelector(".single")) return;
  box.replaceChildren(lines.length === 1 ? fill(element("p", { class: "single", dir: "auto" }), only, view) : list(view));
}

function list(view) {
  const items = view.lines.map((line, index) => {
    if (isBlank(line)) return element("li", { class: "blank" });
    const text = fill(element("span", { dir: "auto" }), line, view);
    const from = element("small", { class: "quiet", dir: "auto", lang: view.sourceLanguage }, line);
    const button = element("button", { type: "button", class: "line" }, from, text);
    button.dataset.index = index;
    return element("li", {}, button);
  });
  const made = element("ol", {}, ...items);
  mark(made, view.inspected);
  return made;
}

function fill(node, line, view) {
  if (isTooLong(line, view)) {
    node.textContent = say("line_too_long", { limit: number(view.limit) });
    node.lang = language();
    node.classList.add("quiet");
  } else node.textContent = view.known.get(line)?.text ?? "…";
  return node;
}

/** Shows a translation that has come in wherever its line stands. */
export function fillLine(line, view) {
  view.lines.forEach((each, index) => {
    const shown = each === line && box.querySelector(`[data-index="${index}"] span`);
    if (shown) fill(shown, line, view);
  });
}

/** Marks the line that is looked into. */
export const markLine = (inspected) => mark(box, inspected);

function mark(container, inspected) {
  for (const button of container.querySelectorAll(".line")) {
    if (Number(button.dataset.index) === inspected) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

/** Calls `choose(index)` for a line that is clicked. */
export function listenToLines(choose) {
  box.addEventListener("click", ({ target }) => {
    const line = target.closest(".line");
    if (line) choose(Number(line.dataset.index));
  });
}

/** Whether translations are awaited. */
export function showBusy(is) {
  box.setAttribute("aria-busy", is ? "true" : "false");
  byId("target-panel").classList.toggle("busy", is);
}
