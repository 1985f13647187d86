"""The stock AWS CLI, loaded once: of a second that a command takes, most goes into loading.

A program `aws` hands its words, environment, folder and streams to a process that has loaded the CLI, whose fork then
goes the way of `aws` from its words to its exit. Inside an instance it becomes the stock program.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path

STOCK = Path(sys.executable).parent / "aws"

CLIENT = """
import json, os, socket, sys
place, namespace, stock, *words = sys.argv[1:]
server = socket.socket(socket.AF_UNIX)
try:
    if os.readlink("/proc/self/ns/net") != namespace:
        raise OSError("elsewhere")
    server.connect(place)
except OSError:
    os.execv(stock, [stock, *words])
told = json.dumps([words, dict(os.environ), os.getcwd()]).encode()
socket.send_fds(server, [len(told).to_bytes(4, "big")], [0, 1, 2])
server.sendall(told)
sys.exit((server.recv(1) or b"\\1")[0])
"""


@functools.cache
def warm_aws() -> Path:
    """The program; its folder has nothing else. It lasts as long as this process."""
    folder = Path(tempfile.mkdtemp(prefix="skywalk-test-aws-"))
    place = folder / "socket"
    (folder / "bin").mkdir()
    program = folder / "bin" / "aws"
    fixed = [str(place), os.readlink("/proc/self/ns/net"), str(STOCK)]
    program.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-ISc", CLIENT, *fixed])} "$@"\n')
    program.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        listening.listen(64)
        server = subprocess.Popen(
            [sys.executable, __file__, str(listening.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[listening.fileno()],
        )
    atexit.register(_end, server, folder)
    return program


def _end(server: subprocess.Popen[bytes], folder: Path) -> None:
    server.communicate()
    shutil.rmtree(folder, ignore_errors=True)


def serve(listening: socket.socket) -> None:
    """Ends with its standard input."""
    # By its name: it has no types. The driver is made for what it loads.
    driver = importlib.import_module("awscli.clidriver")
    driver.create_clidriver()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while sys.stdin not in select.select([listening, sys.stdin], [], [])[0]:
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _perform(connection, driver)
        connection.close()


def _perform(connection: socket.socket, driver: object) -> None:
    length, streams, *_ = socket.recv_fds(connection, 4, 3)
    with connection.makefile("rb") as told:
        words, environment, folder = json.loads(told.read(int.from_bytes(length, "big")))
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [str(STOCK), *words]
    importlib.reload(sys.modules["awscli"])  # it tells botocore by the environment where its own data are
    # Who is killed takes its command along.
    threading.Thread(target=lambda: connection.recv(1) or os._exit(1), daemon=True).start()
    status = 1
    try:
        status = getattr(driver, "main")()  # noqa: B009 (it has no types)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(bytes([status & 255]))
    os._exit(0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
