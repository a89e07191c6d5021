"""Many files, translated by many processes, each written whole or not at all."""

import collections
import contextlib
import functools
import itertools
import pathlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import NamedTuple

from seq2seq_keras.distributed.file_options import FilesOptions
from seq2seq_keras.distributed.local_worker import LocalWorker
from seq2seq_keras.distributed.processors import count_processors
from seq2seq_keras.distributed.ray_cluster import RayWorker, joined
from seq2seq_keras.distributed.translation_worker import (
    Translated,
    TranslationWork,
    TranslationWorker,
)
from seq2seq_keras.distributed.worker_pool import WorkerPool
from seq2seq_keras.errors import InputError
from seq2seq_keras.files import replaced_when_complete

# Tasks that are read ahead for each worker, so that none waits and memory is bounded.
_AHEAD = 3
# Reads the texts of a file. It is told whether features stand before each, and gets a
# function for the places of texts that are skipped.
Read = Callable[[str, bool, Callable[[str], None] | None], Iterator[str]]
Say = Callable[[str], None]


class FilesReport(NamedTuple):
    """What `translate_files` did.

    Attributes:
        files: How many were translated.
        lines: How many texts they had.
        skipped: How many of these were no text.
        failed: Dictionary from files that were not translated to the reason.
        seconds: How long it took.
        workers: How many processes there were.
        deaths: How many of them had to be replaced.
    """

    files: int
    lines: int
    skipped: int
    failed: dict[str, str]
    seconds: float
    workers: int
    deaths: int


def translate_files(
    files: Mapping[str, pathlib.Path],
    work: TranslationWork,
    options: FilesOptions,
    read: Read,
    say: Say = lambda told: None,
) -> FilesReport:
    """Translates files by several processes, of this machine or of a cluster.

    This process reads and writes; the others get some thousand texts at a time, those
    that are sorted and batched together. So what is written is what one process alone
    would write, to the byte, whoever translates it; and no other machine needs the
    disk, since the model travels too. A process or a machine that dies is replaced,
    and its texts are given to another. A script that calls this needs
    `if __name__ == "__main__":`, since processes of this machine read it anew.

    Args:
        files: Dictionary from files that are read to those that are written.
        work: The `TranslationWork`.
        options: `FilesOptions`.
        read: Function that reads the texts of a file.
        say: Is told of each file that fails, and of what is skipped.

    Returns:
        A `FilesReport`. A file that cannot be read as it should leaves none behind,
        and does not keep the others.

    Raises:
        InputError: If nothing can be translated so, or there is no such cluster.
    """
    begun = time.monotonic()
    with _pool(work, options) as pool:
        refused, featured = pool.submit("check").result()
        if refused is not None:
            raise InputError(refused)
        skip = options.on_error == "skip"
        read_texts = functools.partial(_tasks, read, work, featured, skip)
        tasks = itertools.chain.from_iterable(map(read_texts, files))
        results = _in_order(pool, tasks)
        failed: dict[str, str] = {}
        lines = skipped = done = 0
        for file, parts in itertools.groupby(results, key=lambda part: part[0]):
            try:
                counted = _write(file, files[file], parts, say)
            except InputError as error:
                failed[file] = str(error)
                say(str(error))
                continue
            lines, skipped, done = lines + counted[0], skipped + counted[1], done + 1
    seconds = time.monotonic() - begun
    return FilesReport(done, lines, skipped, failed, seconds, pool.count, pool.deaths)


@contextlib.contextmanager
def _pool(work: TranslationWork, options: FilesOptions) -> Iterator[WorkerPool]:
    with contextlib.ExitStack() as stack:
        if options.address is None:
            count = options.num_workers or count_processors() // options.threads or 1
            make = functools.partial(TranslationWorker, work)
            pool = WorkerPool(functools.partial(LocalWorker, make), count)
        else:
            ray = stack.enter_context(joined(options.address))
            total = int(ray.cluster_resources().get("CPU", 1))
            count = options.num_workers or total // options.threads or 1
            if count * options.threads > total:
                raise InputError(
                    f"{count} workers with {options.threads} threads need as many "
                    f"processors, and the cluster has {total}. Take fewer."
                )
            packed = ray.put(work.packed())
            start = functools.partial(
                RayWorker, ray, TranslationWorker, work, packed, cpus=options.threads
            )
            pool = WorkerPool(start, count)
        stack.callback(pool.close)
        yield pool


class _Task(NamedTuple):
    """Some texts of a file, or why there are no more."""

    file: str
    texts: list[str]
    first: int = 1
    skipped: frozenset[str] = frozenset()
    refused: str | None = None


def _tasks(
    read: Read, work: TranslationWork, featured: bool, skip: bool, file: str
) -> Iterator[_Task]:
    """The tasks of a file; one at least, also where it cannot be read."""
    skipped: set[str] = set()
    first = 1
    try:
        texts = read(file, featured, skipped.add if skip else None)
        while chunk := list(itertools.islice(texts, work.texts_together)):
            yield _Task(file, chunk, first, frozenset(skipped))
            skipped.clear()
            first += len(chunk)
    except (InputError, OSError) as error:
        yield _Task(file, [], refused=str(error))
        return
    if first == 1:
        yield _Task(file, [], refused=f"{file}: there is no text in it.")


_Part = tuple[str, _Task, Translated]


def _in_order(pool: WorkerPool, tasks: Iterable[_Task]) -> Iterator[_Part]:
    """The results of tasks in their order, with some tasks ahead in the workers."""
    waiting: collections.deque[tuple[_Task, Future | None]] = collections.deque()

    def oldest() -> _Part:
        task, future = waiting.popleft()
        try:
            result = future.result() if future else Translated(refused=task.refused)
        except InputError as error:  # every process that took it has died
            result = Translated(refused=str(error))
        return task.file, task, result

    for task in tasks:
        is_read = task.refused is None
        future = pool.submit("run", task.texts, task.first) if is_read else None
        waiting.append((task, future))
        if len(waiting) > _AHEAD * pool.count:
            yield oldest()
    while waiting:
        yield oldest()


def _write(
    file: str, place: pathlib.Path, parts: Iterable[_Part], say: Say
) -> tuple[int, int]:
    """Writes the translations of a file; returns how many, and how many were no text.

    Raises:
        InputError: If a part is missing; all of them are gone through, and nothing is
            written.
    """
    lines = skipped = 0
    refused = None
    with contextlib.suppress(_UnfinishedError), replaced_when_complete(place) as beside:
        with beside.open("wb") as output:
            for _, task, found in parts:
                refused = refused or found.refused
                for line in found.lines if refused is None else ():
                    output.write(line.encode("utf-8") + b"\n")
                for warning in found.warnings:
                    say(f"{file}: {warning}")
                lines, skipped = lines + len(task.texts), skipped + len(task.skipped)
        if refused is not None:
            raise _UnfinishedError
    if refused is not None:
        raise InputError(refused if file in refused else f"{file}: {refused}")
    if skipped:
        say(f"{file}: {skipped:,} lines are no text, and have no translation.")
    return lines, skipped


class _UnfinishedError(Exception):
    """Leaves a file as it was."""
