"""Stands for the engine in tests of what starts it: `fake_engine.py PORT BEHAVIOUR`. Prints its process id first."""

from __future__ import annotations

import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bot.engine.parent import end_with_parent

STATUS = {"ready": 200, "stubborn": 200, "dies when asked": 200, "no model": 503}


def main(port: int, behaviour: str) -> None:
    """Behave as told."""
    os.write(1, f"pid {os.getpid()}\n".encode())
    end_with_parent()
    if behaviour == "dies":
        sys.exit("ModuleNotFoundError: no module named 'rasa'")
    if behaviour == "hangs":
        time.sleep(600)
    if behaviour == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(STATUS[behaviour])
            self.end_headers()

        def do_POST(self) -> None:
            os.write(1, b"out of memory\n")
            os._exit(3)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    HTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
