// What comes in as a file, and what goes out: the clipboard and downloads.

import { element } from "./elements.js";

export class FileTrouble extends Error {
  constructor(key, values) {
    super(key);
    Object.assign(this, { key, values });
  }
}

/** The text of a file in UTF-8, with as many lines as `limit` allows. */
export async function readText(file, limit) {
  const { name } = file;
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new FileTrouble("not_text", { name });
  }
  if (text.includes("\0")) throw new FileTrouble("not_text", { name });
  text = text.replaceAll(/\r\n?/g, "\n").replace(/\n$/, "");
  if (text.split("\n").length > limit) throw new FileTrouble("file_too_large", { name, limit });
  return text;
}

/** Copies a text; says whether the browser let it. */
export async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  // Without TLS, on another machine than this one, there is only the old way.
  const area = element("textarea", { class: "hidden", readonly: true });
  area.value = text;
  const active = document.activeElement;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  active?.focus();
  return done;
}

/** Pairs as lines of source, tab and translation, as `read_pairs` reads them. */
export function asTsv(pairs) {
  const cell = (text) => text.replaceAll(/[\t\n\r]+/g, " ");
  return pairs.map(({ source, text }) => `${cell(source)}\t${cell(text)}\n`).join("");
}

export const asJson = (record) => `${JSON.stringify(record, null, 2)}\n`;

export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  element("a", { href: address, download: name }).click();
  // The browser has the file by then, or keeps what the address stands for itself.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
