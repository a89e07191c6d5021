"""A server on this machine in place of the hosts of the public corpora."""

import http.server
import threading

import pytest


class Server(http.server.ThreadingHTTPServer):
    """Answers with `files`, counts `requests`, and may break off early."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.missing_bytes = 0
        self.in_chunks = False
        self.url = f"http://127.0.0.1:{self.server_port}"
        # The default looks for an end every half second.
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self):
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append(self.path)
        content = self.server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        if self.server.in_chunks:
            self.send_header("Transfer-Encoding", "chunked")
            content = b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content)
        else:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) - self.server.missing_bytes])

    def log_message(self, *_):
        """Keeps the requests out of the output of the tests."""


@pytest.fixture
def server(monkeypatch):
    """A running `Server`."""
    monkeypatch.setenv("no_proxy", "*")
    server = Server()
    yield server
    if server._thread.is_alive():
        server.close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The cache folder, empty, with no folder of the user beside it."""
    monkeypatch.delenv("SEQ2SEQ_KERAS_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "seq2seq_keras"
