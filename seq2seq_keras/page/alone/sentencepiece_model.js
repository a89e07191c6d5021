// What is needed of a model of SentencePiece, which is a message of Protocol Buffers.

export const [UNKNOWN, CONTROL, USER_DEFINED, UNUSED] = [2, 3, 4, 5]; // kinds of pieces
export const BPE = 2; // kind of model; 1 is unigram
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The pieces with name, score and kind, what the model does, how it normalizes. */
export function readModel(content) {
  const pieces = [];
  let algorithm = 1;
  const normalizer = { rules: new Uint8Array(), addsPrefix: true, removesExtra: true, escapes: true };
  for (const [number, value] of fields(content)) {
    if (number === 1) pieces.push(readPiece(value));
    else if (number === 2) for (const [inner, kind] of fields(value)) algorithm = inner === 3 ? kind : algorithm;
    else if (number === 3) {
      const names = { 2: "rules", 3: "addsPrefix", 4: "removesExtra", 5: "escapes" };
      for (const [inner, given] of fields(value)) if (names[inner]) normalizer[names[inner]] = inner === 2 ? given : given !== 0;
    }
  }
  return { pieces, algorithm, normalizer };
}

function readPiece(content) {
  const piece = { name: "", score: 0, kind: undefined };
  for (const [number, value] of fields(content)) {
    if (number === 1) piece.name = UTF8.decode(value);
    else if (number === 2) piece.score = value;
    else if (number === 3 && value !== 1) piece.kind = value; // 1 is a normal one
  }
  return piece;
}

/** The number of each field with its value: a number, or bytes. */
function* fields(content) {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let place = 0;
  const varint = () => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = view.getUint8(place++);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (place < content.length) {
    const tag = varint();
    const [number, kind] = [Math.floor(tag / 8), tag & 7];
    if (kind === 0) yield [number, varint()];
    else if (kind === 2) {
      const length = varint();
      if (place + length > content.length) throw new RangeError("a field is longer than the model");
      yield [number, content.subarray(place, place + length)];
      place += length;
    } else if (kind === 5) {
      yield [number, view.getFloat32(place, true)];
      place += 4;
    } else if (kind === 1) place += 8;
    else throw new TypeError("no field of a message");
  }
}
