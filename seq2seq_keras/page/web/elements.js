// Elements, made without HTML: whatever comes from a person or a server becomes text.

/** An element with attributes, properties of `dataset` and children; strings become text. */
export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    // `false` and `null` leave an attribute out, `true` sets it without a value.
    if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

// The marks of words and of features are in hardly any font; these are in all.
const DRAWN_AS = { "￭": "▪", "￮": "▫", " ": "␣" };

/** How a token is drawn. */
export const drawnToken = (token) => token.replaceAll(/[￭￮ ]/g, (mark) => DRAWN_AS[mark]);

export const byId = (id) => document.getElementById(id);

/** Marks a share from 0 to 1, for CSS to colour by. */
export const share = (node, value) => node.style.setProperty("--share", `${(100 * value).toFixed(1)}%`);

/** Keeps a choice for the next visit, where the browser keeps anything. */
export function remember(name, value) {
  try {
    localStorage.setItem(`seq2seq_keras.${name}`, value);
  } catch {
    // it holds until the page is closed
  }
}

const GROUPS = '[role="group"], [role="grid"], [role="tree"]';

/**
 * Makes the elements of a group one stop of the Tab key: `neighbour(element, key)` says to
 * which one a key leads from there, and the stop moves with the focus.
 */
export function rove(container, selector, neighbour) {
  container.addEventListener("focusin", ({ target }) => {
    const item = target.closest(selector);
    if (!item) return;
    const stops = item.closest(GROUPS).querySelectorAll(`${selector}[tabindex="0"]`);
    for (const stop of stops) stop.setAttribute("tabindex", "-1");
    item.setAttribute("tabindex", "0");
  });
  container.addEventListener("keydown", (event) => {
    const item = event.target.closest(selector);
    const next = item && !event.altKey && !event.metaKey && neighbour(item, event.key, event.ctrlKey);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}

/** Whether an element's text runs from right to left, where the arrow keys do too. */
export const isRightToLeft = (node) => getComputedStyle(node).direction === "rtl";
