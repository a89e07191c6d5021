// The attention of one translation as a heat map: a table that a screen reader reads as
// numbers, whose rows and columns light up under the pointer and with the focus.

import { byId, drawnToken, element, isRightToLeft, rove, share } from "./elements.js";
import { number, probability, say } from "./texts.js";

const card = byId("attention");
const map = byId("attention-map");
const readout = byId("attention-readout");
// Weights below are no look worth naming, and no number in their cell.
const FAINT = 0.05;

let shown = null; // {rank, hypothesis, source_tokens}

/** Shows where a translation of the n best looked; `null` shows nothing. */
export function showAttention(translation, rank, languages) {
  const hypothesis = translation?.hypotheses[rank];
  card.hidden = !hypothesis;
  shown = hypothesis?.attention ? { rank, hypothesis, source_tokens: translation.source_tokens } : null;
  card.classList.toggle("without", !shown);
  map.replaceChildren();
  if (shown) {
    const table = heatMap(hypothesis, translation.source_tokens, languages);
    map.append(table);
    leaveRoom(table);
  }
  light(null);
}

function heatMap({ tokens, attention }, sourceTokens, languages) {
  const name = (text, language) => element("bdi", { lang: language }, drawnToken(text));
  const corner = element("td", {});
  const head = sourceTokens.map((text, column) => {
    const cell = element("th", { scope: "col", tabindex: "-1" }, element("span", {}, name(text, languages.source)));
    cell.dataset.column = column;
    return cell;
  });
  const body = attention.map((weights, row) => {
    const header = element("th", { scope: "row", tabindex: "-1" }, name(tokens[row], languages.target));
    header.dataset.row = row;
    return element("tr", {}, header, ...weights.map((weight, column) => heatCell(weight, row, column)));
  });
  const table = element("table", { role: "grid", class: "heat", "aria-labelledby": "attention-title" });
  table.append(element("thead", {}, element("tr", {}, corner, ...head)), element("tbody", {}, ...body));
  (table.querySelector("tbody td") ?? head[0]).setAttribute("tabindex", "0");
  return table;
}

function heatCell(weight, row, column) {
  // What is no number is null.
  const text = element("span", { class: weight < FAINT ? "faint" : "" }, number(weight, 2));
  const cell = element("td", { tabindex: "-1" }, text);
  Object.assign(cell.dataset, { row, column });
  share(cell, weight);
  return cell;
}

/** Slanted words stand out above the table and to its right: as far as the longest. */
function leaveRoom(table) {
  const words = [...table.querySelectorAll("thead span")];
  const longest = Math.max(...words.map((word) => word.offsetWidth));
  table.style.setProperty("--slanted", `${Math.ceil(longest)}px`);
}

function placeOf(node) {
  const cell = node.closest?.(".heat [tabindex]");
  if (!cell || !shown) return null;
  const { row = null, column = null } = cell.dataset;
  return { rank: shown.rank, row: row && Number(row), column: column && Number(column) };
}

function light(place) {
  for (const cell of map.querySelectorAll(".lit, .crossed")) cell.classList.remove("lit", "crossed");
  const mine = shown && place?.rank === shown.rank ? place : null;
  readout.textContent = shown ? (mine ? sentence(mine) : say("attention_hint")) : say("no_attention");
  if (!mine) return;
  const [head, ...rows] = map.querySelectorAll("tr");
  rows[mine.row]?.classList.add("lit");
  if (mine.column === null) return;
  for (const row of [head, ...rows]) row.children[mine.column + 1].classList.add("lit");
  if (mine.row !== null) rows[mine.row].children[mine.column + 1].classList.add("crossed");
}

/** A place in words. */
function sentence({ row, column }) {
  const { hypothesis, source_tokens: sources } = shown;
  const { tokens, attention } = hypothesis;
  if (row !== null && column !== null) {
    const weight = probability(attention[row][column]);
    return say("attention_cell", { target: tokens[row], source: sources[column], weight });
  }
  if (column === null) {
    return say("attention_row", { target: tokens[row], looks: looks(attention[row], sources) });
  }
  const weights = attention.map((each) => each[column]);
  return say("attention_column", { source: sources[column], looks: looks(weights, tokens) });
}

/** The three greatest weights with their tokens, as a list in words. */
function looks(weights, tokens) {
  const best = weights
    .map((weight, index) => ({ weight, token: tokens[index] }))
    .filter(({ weight }) => weight >= FAINT)
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 3);
  if (!best.length) return say("no_look");
  const named = best.map(({ token, weight }) => say("attention_look", { token, weight: probability(weight) }));
  return new Intl.ListFormat(document.documentElement.lang).format(named);
}

/** Makes the heat map one with the spotlight, once. */
export function joinAttention(spotlight) {
  spotlight.add(light);
  spotlight.watch(map, placeOf);
  rove(map, "[tabindex]", neighbour);
}

function neighbour(cell, key, withControl) {
  const row = cell.parentElement;
  const rows = [...map.querySelectorAll("tr")];
  const [x, y] = [[...row.children].indexOf(cell), rows.indexOf(row)];
  const forward = isRightToLeft(map) ? -1 : 1;
  const steps = {
    ArrowRight: [x + forward, y],
    ArrowLeft: [x - forward, y],
    ArrowDown: [x, y + 1],
    ArrowUp: [x, y - 1],
    Home: [1, withControl ? 1 : y],
    End: [row.children.length - 1, withControl ? rows.length - 1 : y],
  };
  const [column, line] = steps[key] ?? [-1, -1];
  const next = rows[line]?.children[column];
  return next?.hasAttribute("tabindex") ? next : null;
}
