"use strict";

const sentences = JSON.parse(document.getElementById("data").textContent);
const list = document.getElementById("sentences");
const tooltip = document.getElementById("tooltip");
const sort = document.getElementById("sort");
const filter = document.getElementById("filter");
const count = document.getElementById("count");

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children); // strings become text, never HTML
  return made;
}

function row(name, ...contents) {
  for (const content of contents) content.dir = "auto";
  return element("div", "row", element("span", "", name), element("div", "", ...contents));
}

const plain = (text) => element("div", "plain", text);

function writtenRow(hypothesis, rank) {
  const tokens = element("div", "tokens written");
  tokens.dataset.rank = rank;
  hypothesis.tokens.forEach((text, position) => {
    const token = element("button", "token", text);
    token.type = "button";
    token.tabIndex = position ? -1 : 0; // arrow keys lead on
    token.style.setProperty("--share", `${100 - hypothesis.probabilities[position] / 10}%`);
    tokens.append(token);
  });
  const score = hypothesis.score === null ? "" : hypothesis.score.toFixed(2);
  const text = rank ? [] : [plain(hypothesis.text)]; // below the reference
  return row(`${rank + 1}  ${score}`, ...text, tokens);
}

function moreHypotheses(hypotheses) {
  const more = element("details", "", element("summary", "", `+${hypotheses.length - 1}`));
  const fill = () => {
    more.append(...hypotheses.slice(1).map((each, index) => writtenRow(each, index + 1)));
  };
  more.addEventListener("toggle", fill, { once: true });
  return more;
}

function sentenceCard(sentence, index) {
  const marks = element("div", "marks", element("span", "", `${index + 1}`));
  if (sentence.chrf !== null) {
    marks.append(element("span", "", "chrF ", element("b", "", sentence.chrf.toFixed(1))));
  }
  const source = element("div", "tokens source");
  source.append(...sentence.tokens.map((text) => element("span", "token", text)));
  const card = element("article", "sentence", marks);
  card.dataset.index = index;
  card.append(row("source", plain(sentence.source), source));
  if (sentence.references.length) card.append(row("reference", ...sentence.references.map(plain)));
  card.append(writtenRow(sentence.hypotheses[0], 0));
  if (sentence.hypotheses.length > 1) card.append(moreHypotheses(sentence.hypotheses));
  return card;
}

// Where a word that was written looked.

let pointed = null;

function clear() {
  if (!pointed) return;
  pointed.classList.remove("pointed");
  pointed.removeAttribute("aria-describedby");
  for (const token of pointed.closest(".sentence").querySelectorAll(".source .token")) {
    token.removeAttribute("data-weight");
    token.style.removeProperty("--share");
  }
  tooltip.hidden = true;
  pointed = null;
}

function point(token) {
  if (token === pointed) return;
  clear();
  if (!token) return;
  pointed = token;
  token.classList.add("pointed");
  const card = token.closest(".sentence");
  const position = [...token.parentElement.children].indexOf(token);
  const { rank } = token.parentElement.dataset;
  const hypothesis = sentences[card.dataset.index].hypotheses[rank];
  // Where a weight rounds to zero, nothing stands between the commas.
  hypothesis.attention?.[position].split(",").forEach((weight, column) => {
    const source = card.querySelector(".source").children[column];
    if (!weight) return;
    source.dataset.weight = `${weight}%`;
    source.style.setProperty("--share", `${weight}%`);
  });
  const probability = hypothesis.probabilities[position]; // null where it is no number
  tooltip.textContent = probability === null ? "?" : (probability / 1000).toFixed(3);
  tooltip.hidden = false;
  token.setAttribute("aria-describedby", "tooltip");
  const box = token.getBoundingClientRect();
  const left = box.left + (box.width - tooltip.offsetWidth) / 2;
  const right = document.documentElement.clientWidth - tooltip.offsetWidth - 4;
  tooltip.style.left = `${scrollX + Math.max(4, Math.min(left, right))}px`;
  tooltip.style.top = `${scrollY + box.bottom + 6}px`;
}

const writtenToken = (node) => node?.closest?.("button.token") ?? null;
const focusedToken = () => writtenToken(document.activeElement);

list.addEventListener("pointerover", (event) => point(writtenToken(event.target) ?? focusedToken()));
list.addEventListener("pointerleave", () => point(focusedToken()));
list.addEventListener("focusin", (event) => point(writtenToken(event.target)));
list.addEventListener("focusout", () => clear());
// A tap stays until the next one; not every browser moves the focus by itself.
document.addEventListener("click", (event) => {
  const token = writtenToken(event.target);
  if (token) token.focus();
  else focusedToken()?.blur();
});
list.addEventListener("keydown", (event) => {
  const token = writtenToken(event.target);
  if (event.key === "Escape") token?.blur();
  const forward = token && getComputedStyle(token.parentElement).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (!token || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const next = event.key === forward ? token.nextElementSibling : token.previousElementSibling;
  if (!next) return;
  event.preventDefault();
  token.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});

// Order and choice of the sentences.

const cards = sentences.map(sentenceCard);
const texts = sentences.map((sentence) =>
  [sentence.source, ...sentence.references, ...sentence.hypotheses.map((each) => each.text)]
    .join("\n")
    .toLowerCase(),
);
const KEYS = {
  worst: (sentence) => sentence.chrf ?? Infinity,
  unsure: (sentence) => sentence.hypotheses[0].score ?? -Infinity,
  given: () => 0,
};

function arrange() {
  const keys = sentences.map(KEYS[sort.value]);
  const order = sentences.map((_, index) => index);
  // Infinity less itself is no number, and then the order given counts.
  order.sort((a, b) => keys[a] - keys[b] || a - b);
  clear();
  list.append(...order.map((index) => cards[index]));
}

function choose() {
  const wanted = filter.value.trim().normalize("NFC").toLowerCase();
  let found = 0;
  cards.forEach((card, index) => {
    card.hidden = !texts[index].includes(wanted);
    found += !card.hidden;
  });
  count.textContent = `${found.toLocaleString("en")} / ${cards.length.toLocaleString("en")}`;
}

if (sentences.every((sentence) => sentence.chrf === null)) {
  sort.querySelector('[value="worst"]').remove();
}
document.getElementById("attention-legend").hidden = !sentences.some((sentence) =>
  sentence.hypotheses.some((each) => each.attention),
);
sort.addEventListener("change", arrange);
filter.addEventListener("input", choose);
document.getElementById("controls").addEventListener("submit", (event) => event.preventDefault());
arrange();
choose();
