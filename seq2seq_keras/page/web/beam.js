// The tree that a beam search grew, as SVG: a column for each step, the best translation
// along the top, what was given up in grey.

import { byId, drawnToken, rove, svg } from "./elements.js";
import { number, probability, say } from "./texts.js";

const card = byId("beam");
const stage = byId("beam-tree");
const readout = byId("beam-readout");
const ROW = 52;
const HEIGHT = 24;
const GAP = 30;
const MARGIN = 14;

let nodes = []; // those of the translation, with what drawing adds

/** Shows the tree of a translation, if it has one; `null` shows nothing. */
export function showBeam(translation, languages) {
  card.hidden = !translation?.beam?.length;
  stage.replaceChildren();
  nodes = [];
  if (card.hidden) return;
  nodes = grow(translation);
  stage.append(draw(languages));
  light(null);
}

/** Nodes with step, row, children and `best`, the best rank of what goes through them. */
function grow({ beam, hypotheses }) {
  const tree = beam.map((node, index) => ({ ...node, token: drawnToken(node.token), index, step: 0, row: 0, children: [], best: node.rank ?? Infinity }));
  for (const node of tree) {
    if (node.parent === null) continue;
    node.step = tree[node.parent].step + 1; // parents stand before their children
    tree[node.parent].children.push(node);
  }
  for (const node of tree.toReversed()) {
    if (node.parent !== null) tree[node.parent].best = Math.min(tree[node.parent].best, node.best);
    if (node.rank !== null) node.ends = hypotheses[node.rank];
  }
  // Depth first, better branches first, so that no two branches cross.
  const filled = [];
  const better = (a, b) => (a.best === b.best ? b.score - a.score : a.best - b.best);
  const place = (siblings) => {
    const stack = siblings.toSorted(better).reverse();
    while (stack.length) {
      const node = stack.pop();
      node.row = filled[node.step] ?? 0;
      filled[node.step] = node.row + 1;
      node.children.sort(better);
      stack.push(...node.children.toReversed());
    }
  };
  place(tree.filter((node) => node.parent === null));
  return tree;
}

const kindOf = ({ best }) => (best === 0 ? "best" : best === Infinity ? "given-up" : "kept");

/** Left side and middle of each column, which is as wide as its widest token. */
function columns() {
  const context = document.createElement("canvas").getContext("2d");
  const style = getComputedStyle(stage);
  context.font = `${style.fontSize} ${style.fontFamily}`;
  const widths = [];
  for (const node of nodes) {
    node.width = Math.max(36, Math.ceil(context.measureText(node.token).width) + 16);
    const needed = node.ends ? Math.max(node.width, 104) : node.width; // room for rank and score
    widths[node.step] = Math.max(widths[node.step] ?? 0, needed);
  }
  let right = MARGIN;
  return widths.map((width) => {
    const left = right + GAP;
    right = left + width;
    return { left, middle: left + width / 2, right };
  });
}

function draw(languages) {
  const xs = columns();
  const width = xs.at(-1).right + MARGIN;
  const height = ROW * (1 + Math.max(...nodes.map(({ row }) => row))) + 36;
  const tree = svg("svg", { role: "tree", "aria-labelledby": "beam-title", width, height, viewBox: `0 0 ${width} ${height}` });
  for (const node of nodes) Object.assign(node, { left: xs[node.step].left, x: xs[node.step].middle, y: 40 + ROW * node.row });
  const numbers = xs.map(({ middle }, step) => svg("text", { class: "step", x: middle, y: 14, "aria-hidden": "true" }, number(step + 1)));
  tree.append(...numbers, ...edges(), svg("circle", { class: "root", cx: MARGIN, cy: 40, r: 4, "aria-hidden": "true" }));
  for (const node of nodes) {
    node.drawn = drawNode(node, languages);
    tree.append(node.drawn);
  }
  nodes.find(({ best, step }) => best === 0 && step === 0)?.drawn.setAttribute("tabindex", "0");
  return tree;
}

/** Branches that lead on are drawn over those that were given up. */
function edges() {
  const order = nodes.toSorted((a, b) => b.best - a.best || 0);
  return order.map((node) => {
    const start = node.parent === null ? { x: MARGIN, y: 40, width: 8 } : nodes[node.parent];
    // It bends between the columns only, where no token stands.
    const [from, to, middle] = [node.left - GAP, node.left, node.left - GAP / 2];
    const bend = `H${from}C${middle} ${start.y} ${middle} ${node.y} ${to} ${node.y}`;
    const path = `M${start.x + start.width / 2} ${start.y}${bend}H${node.x - node.width / 2}`;
    node.edge = svg("path", { class: `edge ${kindOf(node)}`, d: path, "aria-hidden": "true" });
    return node.edge;
  });
}

function drawNode(node, languages) {
  const { x, y, width, token } = node;
  const end = node.ends ? `#${node.rank + 1} ${number(node.ends.score, 2)}` : "";
  const group = svg("g", {
    class: `node ${kindOf(node)}`,
    role: "treeitem",
    tabindex: "-1",
    "aria-level": node.step + 1,
    "aria-description": say("beam_node", valuesOf(node)),
    "aria-selected": "false",
  });
  group.dataset.index = node.index;
  group.append(
    svg("rect", { x: x - width / 2, y: y - HEIGHT / 2, width, height: HEIGHT, rx: 6 }),
    svg("text", { class: "token-text", x, y: y + 5, lang: languages.target }, token),
    svg("text", { class: "probability", x: node.ends ? x - 3 : x, y: y + HEIGHT / 2 + 13, "text-anchor": node.ends ? "end" : "middle" }, probability(node.probability)),
  );
  if (node.ends) group.append(svg("text", { class: "end", x: x + 3, y: y + HEIGHT / 2 + 13 }, end));
  return group;
}

function valuesOf({ step, probability: chance, score }) {
  return { step: step + 1, probability: probability(chance), score: number(score, 2) };
}

/** A node and all before it, from the root. */
function wayTo(node) {
  const way = [];
  for (let at = node; at; at = nodes[at.parent]) way.unshift(at);
  return way;
}

function placeOf(target) {
  const node = nodes[target.closest?.(".node")?.dataset.index];
  if (!node) return null;
  return { rank: node.best === Infinity ? null : node.best, row: node.step, column: null, node };
}

/** The node that is meant, or the one of the token that is meant elsewhere on the page. */
function nodeOf(place) {
  if (!place || place.node || place.row === null) return place?.node;
  const end = nodes.find(({ rank }) => rank === place.rank);
  return end && wayTo(end)[place.row];
}

function light(place) {
  for (const lit of stage.querySelectorAll(".lit")) lit.classList.remove("lit");
  const node = nodeOf(place);
  readout.textContent = say("beam_hint");
  if (!node) return;
  const way = wayTo(node);
  for (const { drawn, edge } of way) for (const part of [drawn, edge]) part.classList.add("lit");
  readout.textContent = say("beam_way", { way: way.map(({ token }) => token).join(" "), ...valuesOf(node) });
}

/** Makes the tree one with the spotlight, once. */
export function joinBeam(spotlight) {
  spotlight.add(light);
  spotlight.watch(stage, placeOf);
  rove(stage, ".node", neighbour);
}

function neighbour(drawn, key) {
  const node = nodes[drawn.dataset.index];
  const column = nodes.filter(({ step }) => step === node.step).sort((a, b) => a.row - b.row);
  const moves = {
    ArrowRight: node.children[0],
    ArrowLeft: nodes[node.parent],
    ArrowDown: column[node.row + 1],
    ArrowUp: column[node.row - 1],
    Home: wayTo(node)[0],
    End: followed(node),
  };
  return moves[key]?.drawn ?? null;
}

/** The end of the best way on from a node. */
function followed(node) {
  let at = node;
  while (at.children.length) [at] = at.children;
  return at;
}
