"""Strings in, strings out: one graph for Python and for the SavedModel."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding import (
    Avoidance,
    SearchOptions,
    SearchResult,
    Trie,
    ensemble_step,
    free_running_log_probabilities,
    join_members,
    member_of,
    search,
)
from seq2seq_keras.models import EncoderDecoder, build_inference_models, make_step
from seq2seq_keras.special_tokens import END_ID, PAD_ID, START_ID
from seq2seq_keras.text import (
    NOT_COPIED,
    Tokenizer,
    check_copying,
    join_tokens,
    replace_unknown,
    source_copy_ids,
    target_copy_ids,
    target_tokens,
)
from seq2seq_keras.translation.posteriors import posterior_attention
from seq2seq_keras.translation.text_translator import MAX_CHARACTERS

# Each set of options has its own graph; a program uses one or two.
_KEPT_GRAPHS = 8
_TEXTS = tf.TensorSpec([None], tf.string, "text")
_TOKENS = tf.RaggedTensorSpec([None, None], tf.string)

# What else has a row for each hypothesis of a text.
_BY_RANK = ("attention", "trace_end_steps", "trace_end_parents")

_Tensors = dict[str, tf.Tensor]


class TranslationGraph(tf.Module):
    """Tokenizes, encodes, decodes and detokenizes inside TensorFlow graphs.

    `Translator` runs these very graphs and `export` writes them to disk, so the two
    cannot differ. `split` makes tokens of texts, once, `split_normalized` of those that
    Python has normalized; a search takes these. Each is traced once, a search for each
    set of options, whatever the number and length of sentences. The probabilities of
    several models are averaged. Sources are cut to 10,000 characters, then to
    `max_source_length` tokens.
    """

    def __init__(
        self,
        models: Sequence[EncoderDecoder],
        source_tokenizer: Tokenizer,
        target_tokenizer: Tokenizer,
        max_source_length: int,
    ) -> None:
        super().__init__(name="translation")
        self.models = list(models)
        self.inference_models = [build_inference_models(model) for model in models]
        steps = [make_step(decoder) for _, decoder in self.inference_models]
        self.step = steps[0] if len(steps) == 1 else ensemble_step(steps)
        self.copies = models[0].copies
        self.source_tokenizer = source_tokenizer
        self.target_tokenizer = target_tokenizer
        self.max_source_length = max_source_length
        # A SavedModel holds only the tables it finds as attributes.
        self.tables = [source_tokenizer.table, target_tokenizer.table]
        self.split = _graph(self._split, [_TEXTS])
        self.split_normalized = _graph(self._split_normalized, [_TEXTS])
        self.encode = _graph(self._encode, [_TEXTS])
        self.score, self.score_free_running = (
            _graph(
                functools.partial(self._score, free_running=free_running),
                [_TEXTS, _TEXTS],
            )
            for free_running in (False, True)
        )
        self.keep_searchers(_KEPT_GRAPHS)

    def make_generation(self) -> tf.types.experimental.PolymorphicFunction:
        """A graph of what is not copied; an attribute of this would be exported."""
        return _graph(self._generation, [_TEXTS, _TEXTS])

    def keep_searchers(self, most: int | None) -> None:
        """Sets how many searches stay traced, the last ones used; None for all.

        What were traced before are dropped.
        """
        self.searcher = functools.lru_cache(most)(self._searcher)

    def _split(self, text: tf.Tensor) -> tf.RaggedTensor:
        """All tokens of source texts, or of their first 10,000 characters."""
        text = tf.strings.substr(text, 0, MAX_CHARACTERS, unit="UTF8_CHAR")
        return self.source_tokenizer.split(text).with_row_splits_dtype(tf.int64)

    def _split_normalized(self, text: tf.Tensor) -> tf.RaggedTensor:
        """All tokens of source texts that Python has cut and normalized."""
        tokens = self.source_tokenizer.split_normalized(text)
        return tokens.with_row_splits_dtype(tf.int64)

    def read(self, source_tokens: tf.RaggedTensor) -> _Tensors:
        """The source as the model takes it: cut, ended by `<eos>` and padded.

        Of tokens from `split` it makes tensors `(batch, source_length)`:
        `source_tokens`, `source_token_ids` and, for a model that copies,
        `source_copy_ids`. Every row has at least its `<eos>`.
        """
        tokenizer, most = self.source_tokenizer, self.max_source_length
        end = tokenizer.vocabulary[END_ID]
        source = {
            "source_tokens": _ended(source_tokens, end, most),
            "source_token_ids": _ended(tokenizer.ids(source_tokens), END_ID, most),
        }
        if self.copies:
            copied = tokenizer.copied_tokens(source_tokens[:, :most])
            copy_ids = source_copy_ids(copied, self.target_tokenizer)
            source["source_copy_ids"] = _ended(copy_ids, END_ID)
        return source

    def _searcher(
        self,
        options: SearchOptions,
        prefix: bool = False,
        avoid: bool = False,
        allowed: bool = False,
        details: bool = True,
    ) -> tf.types.experimental.PolymorphicFunction:
        """The graph of one set of options; the flags say which inputs it has beside.

        It takes a dictionary: `source_tokens`, from `split`; where it samples,
        `number`, int32 `(batch,)`, and `seed`, int32, which it draws from; and, where
        the flags say so, `prefix`, a string for each text, `avoid`, the arrays of an
        `Avoidance`, and `allowed`, those of a `Trie`. Without `details` it puts out
        `translations` alone, and does not find what nobody asks for.
        """
        if options.replace_unknown:
            check_copying(self.source_tokenizer, self.target_tokenizer)
        integers = tf.TensorSpec([None], tf.int32)
        specs: dict[str, Any] = {"source_tokens": _TOKENS}
        if options.sample:
            specs |= {"number": integers, "seed": tf.TensorSpec([], tf.int32)}
        if prefix:
            specs["prefix"] = _TEXTS
        if avoid:
            specs["avoid"] = Avoidance(integers, integers, integers, integers)
        if allowed:
            specs["allowed"] = Trie(integers, integers, integers, integers)
        run = functools.partial(self._search, options, details)
        return _graph(run, [specs])

    def _search(
        self, options: SearchOptions, details: bool, inputs: dict[str, Any]
    ) -> _Tensors:
        draws = options.n_best if options.sample else 1
        source = self.read(inputs["source_tokens"])
        drawn = _in_few_lengths(_without_tokens(source))
        if draws > 1:
            drawn = {name: tf.repeat(rows, draws, 0) for name, rows in drawn.items()}
        states, memory = self.start(drawn)
        is_distinct = options.distinct_texts and options.beam_width > 1
        is_distinct &= options.n_best > 1
        width = {"n_best": options.beam_width} if is_distinct else {}
        found = search(
            self.step,
            states,
            memory=memory,
            options=options.replace(**width),
            source_token_ids=drawn["source_token_ids"],
            prefix=self._prefix(inputs, draws),
            allowed=inputs.get("allowed"),
            avoidance=inputs.get("avoid"),
            seeds=_seeds(inputs, draws) if options.sample else None,
            details=details,
        )
        if draws > 1:
            found = _as_n_best(found, draws)
        found = self.with_posteriors(found, states, memory, draws)
        if found.attention_weights is not None:
            length = tf.shape(source["source_token_ids"])[1]
            weights = found.attention_weights[..., :length]
            found = found._replace(attention_weights=weights)
        if not details:
            return {"translations": self._texts(options, source, found)}
        outputs = self._outputs(options, source, found)
        return _distinct(outputs, options.n_best) if is_distinct else outputs

    def start(self, source: _Tensors) -> tuple[_Tensors, _Tensors]:
        """The states before the first token, and the memory."""
        inputs = _without_tokens(source)
        encoded = [
            encoder(inputs if len(inputs) > 1 else inputs["source_token_ids"])
            for encoder, _ in self.inference_models
        ]
        parts = [
            model.split_memory(dict(states))
            for model, states in zip(self.models, encoded, strict=True)
        ]
        if len(parts) == 1:
            return parts[0]
        states, memory = zip(*parts, strict=True)
        return join_members(states), join_members(memory)

    def with_posteriors(
        self,
        found: SearchResult,
        states: _Tensors,
        memory: _Tensors,
        draws: int = 1,
    ) -> SearchResult:
        """What was found, with alignments where the models know them.

        `states` and `memory` are what `start` returned, of each text `draws` rows.
        """
        if found.attention_weights is None or not all(m.aligns for m in self.models):
            return found
        every = {name: rows[::draws] for name, rows in {**states, **memory}.items()}
        members = [every]
        if len(self.models) > 1:
            members = [member_of(every, n) for n in range(len(self.models))]
        weights = posterior_attention(self.models, members, found.token_ids)
        return found._replace(attention_weights=weights)

    def _prefix(self, inputs: dict[str, Any], draws: int) -> tf.Tensor | None:
        if "prefix" not in inputs:
            return None
        texts = tf.repeat(inputs["prefix"], draws)
        return self.target_tokenizer.tokenize(texts).to_tensor()

    def _outputs(
        self, options: SearchOptions, source: _Tensors, found: SearchResult
    ) -> _Tensors:
        """Tensors by name, each `(batch, n_best, ...)` but for `source_tokens`."""
        outputs = {
            "translations": self._texts(options, source, found),
            "scores": found.scores,
            "tokens": self._tokens(found.token_ids, source),
            "log_probabilities": found.log_probabilities,
            "source_tokens": source["source_tokens"],
            "ended": tf.reduce_any(found.token_ids == END_ID, axis=-1),
        }
        if found.attention_weights is not None:
            outputs["attention"] = found.attention_weights
        if found.trace is not None:
            trace = found.trace._asdict()
            trace["token_ids"] = self._tokens(trace.pop("token_ids"), source)
            outputs |= {f"trace_{name}": tensor for name, tensor in trace.items()}
        return outputs

    def _copied_ids(self, source: _Tensors) -> tf.Tensor:
        """The ids of the source, 0 where a token is not to be copied."""
        copied = self.source_tokenizer.copied_tokens(source["source_tokens"])
        return tf.where(copied == NOT_COPIED, PAD_ID, source["source_token_ids"])

    def _tokens(
        self, token_ids: tf.Tensor, source: _Tensors, copied: bool = False
    ) -> tf.Tensor:
        """Tokens of ids `(batch, n, m)`, which may stand for words of the source."""
        if not (copied or self.copies):
            return target_tokens(token_ids, None, self.target_tokenizer)
        rows = tf.reshape(token_ids, [tf.shape(token_ids)[0], -1])
        tokens = target_tokens(rows, source["source_tokens"], self.target_tokenizer)
        return tf.reshape(tokens, tf.shape(token_ids))

    def _texts(
        self, options: SearchOptions, source: _Tensors, found: SearchResult
    ) -> tf.Tensor:
        """The texts of what was found, `(batch, n_best)`."""
        token_ids = found.token_ids
        if options.replace_unknown:
            token_ids = replace_unknown(
                token_ids,
                found.attention_weights,
                self._copied_ids(source),
                self.target_tokenizer.vocabulary_size,
            )
        tokens = self._tokens(token_ids, source, options.replace_unknown)
        batch, n_best, length = tf.unstack(tf.shape(token_ids))
        texts = join_tokens(
            tf.reshape(tokens, [-1, length]),
            tf.reshape(token_ids, [-1, length]),
            self.target_tokenizer,
        )
        return tf.reshape(texts, [batch, n_best])

    def _score(
        self, text: tf.Tensor, target: tf.Tensor, free_running: bool
    ) -> _Tensors:
        """Log-probabilities of given targets; see `score_targets`."""
        source_tokens = self._split(text)[:, : self.max_source_length]
        source = self.read(source_tokens)
        tokens = self.target_tokenizer.split(target)
        labels = self.target_tokenizer.ids(tokens)
        given = _started(labels)
        if self.copies:
            copied = self.source_tokenizer.copied_tokens(source_tokens)
            labels = target_copy_ids(tokens, copied, self.target_tokenizer)
        labels = _ended(labels, END_ID)
        if free_running:
            states, memory = self.start(source)
            log_probabilities = free_running_log_probabilities(
                self.step, states, labels, memory=memory
            )
        else:
            log_probabilities = self._teacher_forced(source, given, labels)
        return {
            "tokens": _ended(tokens, self.target_tokenizer.vocabulary[END_ID]),
            "log_probabilities": log_probabilities,
        }

    def _teacher_forced(
        self, source: _Tensors, given: tf.Tensor, labels: tf.Tensor
    ) -> tf.Tensor:
        inputs = {**_without_tokens(source), "target_token_ids": given}
        distributions = [
            tf.nn.log_softmax(model(inputs, training=False)) for model in self.models
        ]
        total = tf.reduce_logsumexp(tf.stack(distributions), axis=0)
        mean = total - tf.math.log(float(len(self.models)))
        chosen = tf.gather(mean, labels, batch_dims=2)
        return tf.where(labels == PAD_ID, 0.0, chosen)

    def _generation(self, text: tf.Tensor, target: tf.Tensor) -> _Tensors:
        """What share of each token of given targets is not copied."""
        inputs = _without_tokens(self.read(self._split(text)))
        tokens = self.target_tokenizer.split(target)
        inputs["target_token_ids"] = _started(self.target_tokenizer.ids(tokens))
        models: list[Any] = self.models
        shares = [model.generation_probabilities(inputs) for model in models]
        return {
            "tokens": _ended(tokens, self.target_tokenizer.vocabulary[END_ID]),
            "generation_probabilities": tf.reduce_mean(tf.stack(shares), axis=0),
        }

    def _encode(self, text: tf.Tensor) -> _Tensors:
        states, memory = self.start(self.read(self._split(text)))
        return {**states, **memory}

    def decode_step(self, token_ids: tf.Tensor, **states: tf.Tensor) -> _Tensors:
        """One step, for those who run the loop themselves.

        From token ids `(batch, 1)` and all states to `logits`,
        `(batch, vocabulary_size)`, and those states that change.
        """
        logits, states = self.step(token_ids[:, 0], states)
        return {"logits": logits, **states}

    def detokenize(self, token_ids: tf.Tensor) -> _Tensors:
        """Text of target tokens, as a dictionary with `text`."""
        return {"text": self.target_tokenizer.detokenize(token_ids)}


def _graph(
    function: Callable[..., Any], input_signature: Sequence[Any]
) -> tf.types.experimental.PolymorphicFunction:
    # TensorFlow counts the traces of all functions of the same code together, and would
    # warn of those of several translators. A partial function has no code.
    function = functools.partial(function)
    # Nothing here needs AutoGraph, which would hide an `InputError` in its own.
    return tf.function(function, input_signature=input_signature, autograph=False)


def _without_tokens(source: _Tensors) -> _Tensors:
    """What a model takes of `TranslationGraph.read`."""
    return {name: rows for name, rows in source.items() if name != "source_tokens"}


def _in_few_lengths(source: _Tensors) -> _Tensors:
    """The source of a batch, padded to a multiple of four tokens.

    A processor's library keeps a kernel for each shape that it meets, some hundred
    megabytes of them where many batches of many lengths and sizes are translated.
    """
    batch_size, length = tf.unstack(tf.shape(source["source_token_ids"]))
    more = tf.where(batch_size > 1, -length % 4, 0)
    return {name: tf.pad(rows, [[0, 0], [0, more]]) for name, rows in source.items()}


def _started(token_ids: tf.RaggedTensor) -> tf.Tensor:
    """Targets as the decoder reads them: after `<sos>`, padded."""
    start = tf.fill([token_ids.nrows(), 1], START_ID)
    return tf.concat([start, token_ids], axis=1).to_tensor()


def _ended(
    rows: tf.RaggedTensor, end: int | str, most: int = np.iinfo("int32").max
) -> tf.Tensor:
    """Dense rows, `most` long at most, then ended by `end`, padded with 0 or ""."""
    lengths = tf.minimum(tf.cast(rows.row_lengths(), tf.int32), most)
    # A batch of no sentences would have no time step either, which Keras's
    # recurrent layers cannot read.
    longest = tf.maximum(tf.reduce_max(lengths), 0) + 1
    dense = rows.to_tensor(shape=tf.stack([-1, longest]))
    return tf.where(tf.range(longest) == lengths[:, None], end, dense)


def _seeds(inputs: dict[str, Any], draws: int) -> tf.Tensor:
    """Two integers for each translation, `(batch * draws, 2)`."""
    # Each text has its own random numbers, each of its translations too.
    numbers = tf.repeat(inputs["number"], draws) * draws
    numbers += tf.tile(tf.range(draws), tf.shape(inputs["number"]))
    return tf.stack([tf.fill(tf.shape(numbers), inputs["seed"]), numbers], 1)


def _distinct(outputs: _Tensors, n_best: int) -> _Tensors:
    """The first `n_best` translations that differ as texts."""
    texts, is_there = outputs["translations"], tf.math.is_finite(outputs["scores"])
    # (batch, later, earlier)
    same = (texts[:, :, None] == texts[:, None]) & is_there[:, None]
    earlier = tf.linalg.band_part(tf.ones_like(same[0], tf.int32), -1, 0)
    earlier -= tf.eye(tf.shape(earlier)[0], dtype=tf.int32)
    is_new = is_there & ~tf.reduce_any(same & (earlier > 0), axis=2)
    places = tf.argsort(tf.cast(~is_new, tf.int32), stable=True)[:, :n_best]
    is_new = tf.gather(is_new, places, batch_dims=1)
    # What stands where there is none.
    blanks = {
        "scores": -np.inf,
        "translations": "",
        "tokens": "",
        "log_probabilities": 0.0,
        "ended": False,
    }
    for name in outputs.keys() & {*blanks, *_BY_RANK}:
        outputs[name] = tf.gather(outputs[name], places, batch_dims=1)
    for name, blank in blanks.items():
        rank = outputs[name].shape.rank
        shown = tf.reshape(is_new, [-1, n_best, *[1] * (rank - 2)])
        outputs[name] = tf.where(shown, outputs[name], blank)
    return outputs


def _as_n_best(found: SearchResult, draws: int) -> SearchResult:
    """Several drawn translations of each text as its n best, the best first."""

    def by_text(tensor: tf.Tensor) -> tf.Tensor:
        # (batch * draws, 1, ...) -> (batch, draws, ...)
        shape = tf.shape(tensor)
        return tf.reshape(tensor, tf.concat([[-1, draws], shape[2:]], axis=0))

    order = tf.argsort(by_text(found.scores), direction="DESCENDING", stable=True)
    columns = [
        None if tensor is None else tf.gather(by_text(tensor), order, batch_dims=1)
        for tensor in found[:4]
    ]
    return found._replace(**dict(zip(found._fields, columns, strict=False)))
