"""A ``SYNC_PYTHON`` whose ``python -P -m sync …`` is forked from a process that has imported the program already."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

from tests.faults.forked import start_program

# Hands its arguments, environment and folder over, and ends as the forked program ended.
CLIENT = """#!{python} -ES
import json, os, socket, sys
with socket.create_connection(("127.0.0.1", {port})) as server:
    server.sendall(json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode() + b"\\n")
    code, output = json.loads(b"".join(iter(lambda: server.recv(65536), b"")))
sys.stdout.write(output)
sys.exit(code if code >= 0 else 128 - code)
"""


@contextmanager
def forked_python(folder: Path) -> Iterator[Path]:
    """While the block runs: an executable in ``folder`` that takes the place of the runner's Python."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            arguments, environment, where = json.loads(self.rfile.readline())
            assert arguments[:3] == ["-P", "-m", "sync"]
            output = folder / f"output-of-{threading.get_ident()}.txt"
            ended = start_program(Path(where), environment, tuple(arguments[3:]), output, quick=False).ended()
            self.wfile.write(json.dumps(ended).encode())

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.02,))
        serving.start()
        python = folder / "forked-python"
        python.write_text(CLIENT.format(python=sys.executable, port=server.server_address[1]), "utf-8")
        python.chmod(0o755)
        try:
            yield python
        finally:
            server.shutdown()
            serving.join()
