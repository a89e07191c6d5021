// The graphs of the searches in onnxruntime, on the one thread of the page: more of them
// would need headers (COOP, COEP) that a server of files need not send.

import * as ort from "./onnxruntime_web.js";
import { readBytes } from "./folder.js";

const WEIGHTS = "weights.bin";
const RULES = new Set(["min_length", "min_length_ratio", "coverage_penalty", "block_ngrams"]);
const FAR = 1e6; // a ratio that limits nothing

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

let weights = null;
let turn = Promise.resolve(); // the library takes one call at a time
const sessions = new Map();

/**
 * Searches for one source. `options` are all of the search, `source` arrays of ids by the
 * names of inputs, `prefix` ids. What comes back are tensors by name, of a batch of one.
 */
export const search = (options, source, prefix) => inTurn(() => run(options, source, prefix));

/** Opens what the first search is likely to need, before anybody has typed. */
export const prepare = () => inTurn(() => open("beam_search"));

function inTurn(job) {
  const done = turn.then(job, job);
  turn = done.catch(() => {});
  return done;
}

async function run(options, source, prefix) {
  const hasRules = prefix.length > 0 || options.repetition_penalty > 1 || [...RULES].some((name) => options[name]);
  const kind = options.beam_width > 1 ? "beam_search" : "greedy_search";
  const session = await open(hasRules ? `${kind}_with_rules` : kind);
  const feeds = { ...scalars(options), prefix: ids(prefix) };
  for (const [name, row] of Object.entries(source)) feeds[name] = ids(row);
  return session.run(Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]])));
}

async function open(name) {
  if (!sessions.has(name)) {
    const graph = await readBytes(`${name}.onnx`);
    weights ??= await readBytes(WEIGHTS);
    ort.env.wasm.wasmBinary ??= (await readBytes("page/onnxruntime_web.wasm")).buffer;
    const externalData = [{ path: WEIGHTS, data: weights }];
    const session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"], externalData });
    sessions.set(name, session);
  }
  return sessions.get(name);
}

const ids = (row) => new ort.Tensor("int32", Int32Array.from(row), [1, row.length]);
const whole = (value) => new ort.Tensor("int32", Int32Array.of(value), []);
const real = (value) => new ort.Tensor("float32", Float32Array.of(value), []);

/** The options as the graphs take them. */
function scalars(options) {
  const named = (names, kind) => Object.fromEntries(names.map((name) => [name, kind(options[name])]));
  return {
    ...named(["max_length", "beam_width", "n_best", "min_length", "block_ngrams"], whole),
    ...named(["min_length_ratio", "repetition_penalty", "coverage_penalty"], real),
    max_length_ratio: real(options.max_length_ratio ?? FAR),
    length_offset: real(options.length_normalization === "gnmt" ? 5 : 0),
    length_exponent: real(options.length_normalization === "none" ? 0 : options.length_penalty),
  };
}
