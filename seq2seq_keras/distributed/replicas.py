"""The replicas that answer for one gateway: how they are started, asked and counted."""

import asyncio
import contextlib
import logging
import os
import pathlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any

from seq2seq_keras.distributed.replica import Asked, Begun, Replica
from seq2seq_keras.distributed.serving_replicas import ServingReplicas
from seq2seq_keras.errors import InputError
from seq2seq_keras.serving import RequestError, ServingOptions, named_folders

# A request that ends every replica it comes to shall not go on for ever.
_TRIES = 3
_BROKEN_OFF = "The answer was broken off, and cannot be gone on with."
_NAME = "answers"
_QUIET = {"log_level": "ERROR", "enable_access_log": False}
_SECONDS = 2.0  # over which requests under way are averaged


class Replicas:
    """A deployment of Ray Serve, whose replicas answer one request or another.

    A replica that dies is replaced by Ray, and what it had not answered is asked again
    of another one: a translation changes nothing, so it may be made twice.

    Args:
        ray: The module.
        models: Folders of models.
        options: `ServingOptions`.
        replicas: `ServingReplicas`.
        modules: Names of modules that each imports first.
    """

    def __init__(
        self,
        ray: Any,
        models: Sequence[str | os.PathLike],
        options: ServingOptions,
        replicas: ServingReplicas,
        modules: Sequence[str] = (),
    ) -> None:
        self._ray = ray
        self._serve: Any = None
        self._options, self._replicas, self._modules = options, replicas, modules
        self._folders = [str(pathlib.Path(model).absolute()) for model in models]
        # Started again, the command takes over what another left behind.
        self.name = "seq2seq_keras " + " ".join(named_folders(models, options))
        self._handle: Any = None

    def start(self) -> None:
        """Starts the least there are to be, and waits until they are warm.

        Raises:
            InputError: If none can be.
        """
        from ray import serve

        low, high = self._replicas.bounds
        deployment = serve.deployment(name=_NAME)(Replica).options(
            logging_config=_QUIET,
            ray_actor_options={"num_cpus": self._replicas.threads},
            # What is too much for it a replica says itself.
            max_ongoing_requests=self._options.queue_size,
            graceful_shutdown_timeout_s=self._options.grace_seconds,
            autoscaling_config={
                "min_replicas": low,
                "max_replicas": high,
                "target_ongoing_requests": self._replicas.requests_per_replica,
                "upscale_delay_s": self._replicas.scale_up_seconds,
                "downscale_delay_s": self._replicas.scale_down_seconds,
                "look_back_period_s": _SECONDS,
                "metrics_interval_s": _SECONDS / 2,
            },
        )
        told = (self._folders, self._options, self._replicas.threads, self._modules)
        # Its own servers of HTTP would answer anyone.
        logging.getLogger("ray.serve").setLevel(logging.ERROR)
        serve.start(proxy_location="Disabled", logging_config=_QUIET)
        self._serve = serve
        try:
            handle = serve.run(
                deployment.bind(*told),
                name=self.name,
                route_prefix=None,
            )
        except RuntimeError as error:
            raise InputError(f"No replica can begin: {_reason(error)}") from error
        self._handle = handle.options(method_name="answer", stream=True)

    def count(self) -> int:
        """How many replicas answer now."""
        application = self._serve.status().applications.get(self.name)
        if application is None:
            return 0
        return application.deployments[_NAME].replica_states.get("RUNNING", 0)

    def stop(self) -> None:
        """Ends the replicas."""
        if self._serve is None:
            return
        with contextlib.suppress(Exception):  # of a cluster that is gone
            self._serve.delete(self.name)
        if self._handle is not None:
            # Its thread would connect to the cluster anew.
            with contextlib.suppress(Exception):
                self._handle.shutdown()

    async def answer(self, asked: Asked) -> AsyncIterator[Begun | bytes]:
        """Yields what an answer begins with, and then its parts.

        Raises:
            RequestError: If nobody answers in time, or replicas die of it.
        """
        if self._handle is None:
            raise RequestError("UNAVAILABLE", "The server is loading its models.")
        most = self._options.timeout_seconds
        left = most if asked.seconds is None else min(asked.seconds, most)
        end = time.monotonic() + left
        told, begun = 0, None
        for _ in range(_TRIES):
            place = 0
            try:
                parts = self._once(asked, end)
                async with contextlib.aclosing(parts):
                    async for part in parts:
                        if isinstance(part, Begun):
                            if begun is not None and _made_of(part) != _made_of(begun):
                                raise RequestError("UNAVAILABLE", _BROKEN_OFF)
                            begun = part
                        # Another one says the same from the beginning.
                        if place >= told:
                            told += 1
                            yield part
                        place += 1
                return
            except self._ray.exceptions.RayActorError:
                continue
        raise RequestError("UNAVAILABLE", "No replica lived to answer this request.")

    async def _once(
        self, asked: Asked, end: float
    ) -> AsyncGenerator[Begun | bytes, None]:
        # Another one is asked later, and has less time.
        asked = asked._replace(seconds=end - time.monotonic())
        response = self._handle.remote(asked)
        has_ended = False
        try:
            try:
                # What has begun is ended by the replica when its time is over.
                async with asyncio.timeout(max(0.0, end - time.monotonic())):
                    first = await anext(response)
            except TimeoutError:
                raise RequestError(
                    "DEADLINE_EXCEEDED",
                    "The time for this request is over before it was answered.",
                ) from None
            yield first
            async for part in response:
                yield part
            has_ended = True
        finally:
            if not has_ended:
                response.cancel()


def _made_of(begun: Begun) -> tuple[Any, ...]:
    """What two answers have in common of which one can go on with the other.

    While a new version comes some replicas answer with it and others with the old one.
    """
    return begun.status, [*begun.headers], begun.noted.get("version")


def _reason(error: RuntimeError) -> str:
    """What was wrong in the first place, of all that Ray tells."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    named = [line for line in lines if "InputError: " in line]
    return named[-1].partition("InputError: ")[2] if named else lines[-1]
