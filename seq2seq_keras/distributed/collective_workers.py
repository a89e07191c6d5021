"""What workers that train one model tell each other: sums, by TensorFlow's collectives.

Each process has a server of TensorFlow, and its operations pass the sums around in a
ring: a worker sends and receives twice the gradient, however many workers there are.
Every worker gets the same bits.
"""

import json
import os
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

_GROUP = 4711  # of operations that all workers take part in
_TEXTS = 3  # what is added up beside the purposes of a step
_PURPOSES = 8


class CollectiveWorkers:
    """This process among those that train one model; see `models.Workers`.

    Make it before TensorFlow computes anything. It waits until all are there.

    Args:
        addresses: HOST:PORT of the server of each process, the same list for all.
        rank: The number of this process in it.
    """

    def __init__(self, addresses: Sequence[str], rank: int) -> None:
        self.rank, self.count = rank, len(addresses)
        os.environ["TF_CONFIG"] = json.dumps(
            {
                "cluster": {"worker": list(addresses)},
                "task": {"type": "worker", "index": rank},
            }
        )
        try:
            # It starts the server, and gives up waiting when a process is lost.
            self._strategy = tf.distribute.MultiWorkerMirroredStrategy()
        finally:
            del os.environ["TF_CONFIG"]

    def add_up(self, tensors: Sequence[tf.Tensor], purpose: int) -> list[tf.Tensor]:
        """See `models.Workers`: all tensors travel as one."""
        flat = tf.concat([tf.reshape(tensor, [-1]) for tensor in tensors], axis=0)
        sums = self._reduce(flat, purpose, "Add")
        sizes = [tf.size(tensor) for tensor in tensors]
        parts = tf.split(sums, sizes, num=len(sizes))
        return [
            tf.reshape(part, tf.shape(tensor))
            for part, tensor in zip(parts, tensors, strict=True)
        ]

    def gather(self, texts: Sequence[str]) -> list[str]:
        """See `models.Workers`."""
        mine = np.frombuffer(json.dumps(list(texts)).encode("ascii"), np.uint8)
        sizes = np.zeros(self.count, np.int32)
        sizes[self.rank] = len(mine)
        sizes = self._reduce(tf.constant(sizes), _TEXTS, "Add").numpy()
        everyone = np.zeros(sizes.sum(), np.int32)
        first = sizes[: self.rank].sum()
        everyone[first : first + len(mine)] = mine
        everyone = self._reduce(tf.constant(everyone), _TEXTS, "Add").numpy()
        parts = np.split(everyone.astype(np.uint8), np.cumsum(sizes)[:-1])
        return [text for part in parts for text in json.loads(part.tobytes())]

    def _reduce(self, tensor: tf.Tensor, purpose: int, how: str) -> tf.Tensor:
        # One operation of a graph is one instance for all of its runs; tensors of
        # other sizes, as when embeddings thaw, are others.
        size = tensor.shape[0] or 0
        return tf.raw_ops.CollectiveReduceV2(
            input=tensor,
            group_size=self.count,
            group_key=_GROUP,
            instance_key=(size * _PURPOSES + purpose) % 2**31,
            ordering_token=[],
            merge_op=how,
            final_op="Id",
            communication_hint="auto",
        )
