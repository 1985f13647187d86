"""The built package: what is in it, what it says of itself, and that `pip install` of it gives the same skywalk."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from skywalk import __version__
from support.live_region import ROOT, LiveRegion, live_region

pytestmark = pytest.mark.live

SECONDS = 600
ABOUT_ITSELF = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "top_level.txt"}


def run(*command: object, cwd: Path = ROOT) -> str:
    """A program that must succeed; answers what it printed. None of this checkout is on its path."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def sources() -> list[Path]:
    """The files of the checkout, as git has them or would take them."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return [Path(name) for name in listed if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(sources: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, since a build leaves folders of its own beside the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    for path in sources:
        if path.parts[0] == "src" or len(path.parts) == 1 or path.parts[0] == "requirements":
            (folder / "checkout" / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, folder / "checkout" / path)
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index")
    run(*pip, "--wheel-dir", folder / "built", folder / "checkout", cwd=folder)
    (built,) = (folder / "built").iterdir()
    return built


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return BytesParser().parsebytes(archive.read(name))


@pytest.fixture(scope="module")
def binaries(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheel and the locked packages, and nothing of this checkout."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv/bin/python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-compile")
    run(*pip, "--require-hashes", "-r", ROOT / "requirements/run.lock", cwd=folder)
    # Without an index a dependency that the locked packages do not fulfil fails the installation.
    run(*pip, "--no-index", wheel, cwd=folder)
    return python.parent


@dataclass
class InstalledRegion(LiveRegion):
    """A region of the installed program."""

    def command(self, *arguments: str) -> list[str]:
        return [str(self.binaries / "skywalk"), *arguments]

    @property
    def process_environment(self) -> dict[str, str]:
        return {name: value for name, value in super().process_environment.items() if name != "PYTHONPATH"}


def test_it_has_all_files_and_no_others(wheel: Path, sources: list[Path]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {Path(name) for name in archive.namelist()}
    about_itself = {path for path in packed if path.parts[0].endswith(".dist-info")}
    assert {str(path.relative_to(path.parts[0])) for path in about_itself} == ABOUT_ITSELF
    assert packed - about_itself == {path.relative_to("src") for path in sources if path.parts[0] == "src"}


def test_it_says_what_it_is_and_what_it_needs(metadata: Message) -> None:
    assert (metadata["Name"], metadata["Version"]) == ("skywalk", __version__)
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    wanted = (ROOT / "requirements/run.in").read_text().splitlines()
    required = {Requirement(need) for need in metadata.get_all("Requires-Dist", [])}
    assert required == {Requirement(line) for line in wanted if not line.startswith("#")}
    assert [str(need) for need in required if ">=" not in str(need.specifier)] == [], "without a lower bound"


def test_the_installed_program_is_the_same(binaries: Path) -> None:
    assert run(binaries / "skywalk", "--version") == f"skywalk {__version__}\n"
    where = run(binaries / "python", "-c", "import skywalk; print(skywalk.__file__)", cwd=binaries)
    assert Path(where).is_relative_to(binaries.parent)
    ours = subprocess.run(
        [sys.executable, "-m", "skywalk", "up", "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run(binaries / "skywalk", "up", "--help") == ours.stdout


def test_the_installed_program_runs_a_region(binaries: Path) -> None:
    def made(state_dir: Path, port: int) -> LiveRegion:
        return InstalledRegion(state_dir, port, binaries=binaries)

    with live_region(made=made) as region:
        assert region.aws("sts", "get-caller-identity", "--query", "Arn", "--output", "text").stdout == (
            "arn:aws:iam::123456789012:root\n"
        )
        vpc = region.vpc()
        subnet = region.subnet(vpc)
        bucket = region.bucket("a-bucket-of-the-wheel")
        reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
        profile = region.profile("reader-of-the-wheel", reading)
        instance = region.instance(subnet, IamInstanceProfile=profile)
        region.s3.put_object(Bucket=bucket, Key="greeting", Body=b"hello from S3")
        (main,) = region.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
        region.endpoint(vpc, main["RouteTableId"])

        program = (
            f"import boto3; print(boto3.client('s3').get_object(Bucket='{bucket}', Key='greeting')['Body'].read())"
        )
        inside = region.exec(instance, str(binaries / "python"), "-c", program)
        assert (inside.stdout, inside.stderr) == ("b'hello from S3'\n", "")
        for module in ("skywalk.edge.worker", "skywalk.local_services", "skywalk.backends.moto_server"):
            (process,) = region.processes(module)
            assert Path(f"/proc/{process}/cmdline").read_bytes().startswith(bytes(binaries / "python"))

        region.run("down")
        assert region.run("status", check=False).returncode == 3
