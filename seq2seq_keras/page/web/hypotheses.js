// The n best translations with their scores, each token shaded by its probability, and
// the tokens of the source above them.

import { byId, drawnToken, element, isRightToLeft, rove, share } from "./elements.js";
import { number, probability, say } from "./texts.js";

const card = byId("hypotheses");
const list = byId("hypothesis-list");
const source = byId("source-tokens");

let shown = null; // the translation
let chosen = 0;

/** Shows a translation's list, the best one chosen; `copy(text, button)` copies one. */
export function showHypotheses(translation, { copy, languages }) {
  shown = translation;
  chosen = 0;
  card.hidden = !translation;
  if (!translation) return;
  source.replaceChildren(
    ...translation.source_tokens.map((text, column) => tokenButton(text, { column }, languages.source)),
  );
  list.replaceChildren(
    ...translation.hypotheses.map((hypothesis, index) => row(hypothesis, index, { copy, languages })),
  );
}

function row(hypothesis, rank, { copy, languages }) {
  const name = `${rank + 1}`;
  const radio = element("input", { type: "radio", name: "hypothesis", id: `rank-${rank}`, value: rank });
  radio.checked = rank === chosen;
  const label = element("label", { for: radio.id, dir: "auto", lang: languages.target }, hypothesis.text || "∅");
  const button = element("button", { type: "button", class: "small", "aria-label": say("copy_this", { rank: name }) }, say("copy"));
  button.addEventListener("click", () => copy(hypothesis.text, button));
  const score = element("span", { class: "score numbers" });
  if (hypothesis.score !== null) score.append(element("span", { class: "quiet" }, say("score"), " "), number(hypothesis.score, 3));
  const head = element("div", { class: "hypothesis-head" }, radio, element("span", { class: "rank quiet numbers", "aria-hidden": "true" }, name), label, score, button);
  const tokens = element("div", { class: "tokens", role: "group", dir: "auto", "aria-label": say("tokens_of", { rank: name }) });
  tokens.append(
    ...hypothesis.tokens.map((text, index) => {
      const token = tokenButton(text, { rank, row: index }, languages.target);
      const chance = hypothesis.token_probabilities?.[index];
      if (!Number.isFinite(chance)) return token; // a SavedModel does not say; NaN is null
      token.append(element("span", { class: "probability numbers" }, probability(chance)));
      share(token, 1 - chance);
      return token;
    }),
  );
  const made = element("li", { class: rank === chosen ? "hypothesis chosen" : "hypothesis" }, head, tokens);
  if (!hypothesis.ended) made.append(element("p", { class: "quiet" }, say("cut")));
  return made;
}

/** A token that can be pointed at; the first of its group is the stop of the Tab key. */
function tokenButton(text, place, language) {
  const first = !(place.row ?? place.column);
  const token = element("button", { type: "button", class: "token", tabindex: first ? "0" : "-1" });
  token.append(element("bdi", { lang: language }, drawnToken(text)));
  Object.assign(token.dataset, place);
  return token;
}

function placeOf(node) {
  const token = node.closest?.(".token");
  if (!token) return null;
  const { rank = chosen, row, column } = token.dataset;
  const numeral = (text) => (text === undefined ? null : Number(text));
  return { rank: Number(rank), row: numeral(row), column: numeral(column) };
}

/** Lights the tokens of a place, and those it looked at or was looked at by. */
function light(place) {
  for (const token of card.querySelectorAll(".lit, .looked")) {
    token.classList.remove("lit", "looked");
    token.style.removeProperty("--look-share");
  }
  const hypothesis = place && shown?.hypotheses[place.rank];
  if (!hypothesis) return;
  const { row, column } = place;
  const written = list.children[place.rank].querySelectorAll(".token");
  if (row !== null) written[row]?.classList.add("lit");
  if (column !== null) source.children[column]?.classList.add("lit");
  if (!hypothesis.attention) return;
  if (column === null) look(source.children, hypothesis.attention[row] ?? []);
  if (row === null) look(written, hypothesis.attention.map((weights) => weights[column]));
}

function look(tokens, weights) {
  weights.forEach((weight, index) => {
    tokens[index].classList.add("looked");
    tokens[index].style.setProperty("--look-share", `${(100 * weight).toFixed(1)}%`);
  });
}

/** Makes the lists one with the spotlight; `choose(rank)` is told what was chosen. */
export function joinHypotheses(spotlight, choose) {
  spotlight.add(light);
  for (const container of [source, list]) {
    spotlight.watch(container, placeOf);
    rove(container, ".token", neighbour);
  }
  const change = (rank) => {
    chosen = rank;
    [...list.children].forEach((item, index) => {
      item.classList.toggle("chosen", index === rank);
      item.querySelector("input").checked = index === rank;
    });
    choose(rank);
  };
  list.addEventListener("change", ({ target }) => change(Number(target.value)));
  list.addEventListener("click", ({ target }) => {
    const place = placeOf(target);
    if (place && place.rank !== chosen) change(place.rank);
  });
}

function neighbour(token, key) {
  const tokens = [...token.parentElement.children];
  const forward = isRightToLeft(token.parentElement) ? "ArrowLeft" : "ArrowRight";
  const backward = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
  const moves = { [forward]: 1, [backward]: -1, Home: -Infinity, End: Infinity };
  if (!(key in moves)) return null;
  const index = tokens.indexOf(token) + moves[key];
  return tokens[Math.max(0, Math.min(index, tokens.length - 1))];
}
