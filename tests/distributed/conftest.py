"""What the tests of the distributed room share: small clusters of Ray."""

import contextlib

import pytest


@pytest.fixture
def cluster():
    """A function that starts a cluster of as many nodes of one processor each."""
    cluster_utils = pytest.importorskip(
        "ray.cluster_utils", reason="Ray is not installed"
    )
    from seq2seq_keras.distributed import joined

    # In its own context, which ends before the nodes do.
    with contextlib.ExitStack() as stack:

        def start(count):
            node = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
            started = cluster_utils.Cluster(
                initialize_head=True,
                head_node_args={**node, "include_dashboard": False},
            )
            stack.callback(started.shutdown)
            for _ in range(count - 1):
                started.add_node(**node)
            stack.enter_context(joined(started.address))
            return started

        yield start
