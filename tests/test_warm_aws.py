"""The AWS CLI that is loaded once is the stock one, from its words to its exit."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from support.waiting import wait_until
from support.warm_aws import STOCK, warm_aws


def run(program: Path, folder: Path, *words: str, said: str = "") -> tuple[int, str, str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "AWS_DEFAULT_REGION": "us-east-1"}
    environment |= {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_MAX_ATTEMPTS": "1"}
    done = subprocess.run(
        [str(program), *words], input=said, capture_output=True, text=True, check=False, cwd=folder, env=environment
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--version",), ""),
        (("ec2", "delete-vpc"), ""),
        (("ec2", "create-vpc", "--cli-input-json", "file:///dev/stdin", "--generate-cli-skeleton", "output"), "{}"),
        (("s3", "cp", "no such file", "s3://bucket/key"), ""),
    ],
)
def test_it_says_and_ends_as_the_stock_one(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    assert run(warm_aws(), tmp_path, *words, said=said) == run(STOCK, tmp_path, *words, said=said)


def test_in_another_network_it_is_the_stock_one(tmp_path: Path) -> None:
    text = warm_aws().read_text()
    elsewhere = tmp_path / "aws"
    elsewhere.write_text(text.replace(os.readlink("/proc/self/ns/net"), "net:[1]").replace(str(STOCK), "/bin/echo"))
    elsewhere.chmod(0o755)
    assert run(elsewhere, tmp_path, "stock words") == (0, "stock words\n", "")


def test_a_command_ends_with_whoever_typed_it(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    typed = [str(warm_aws()), "ec2", "create-vpc", "--cli-input-json", f"file://{fifo}"]
    process = subprocess.Popen(typed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def open_end() -> bool:
        with suppress(OSError):  # nobody reads yet
            ends.append(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
        return bool(ends)

    def has_ended() -> bool:
        try:
            os.write(ends[0], b" ")
        except BrokenPipeError:
            return True
        return False

    ends: list[int] = []
    wait_until(open_end, 60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(has_ended)
    os.close(ends[0])
