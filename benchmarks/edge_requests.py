"""S3-shaped GETs with TLS through the edge to nginx, against HAProxy in the same place to the same nginx.

Both listen in the same namespace behind the same link, with certificates of the same authority, on one thread each.
The edge verifies the signature and evaluates an endpoint policy of two statements; HAProxy proxies. Load comes from
`wrk` with one signed request on kept connections, in interleaved rounds. Needs root, nginx, haproxy and wrk.

    python benchmarks/edge_requests.py [--rounds 5] [--seconds 2] [--connections 16]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from skywalk.edge.signing import Authority
from skywalk.values.clock import SystemClock
from support import edge_rows as rows
from support.edge_region import EdgeRegion, until

HOST = f"s3.{rows.REGION}.amazonaws.com"
NGINX_PORT, HAPROXY_PORT = 18480, 8443
SIZES = {"small": 3, "large": 64 << 10}
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": ["s3:GetObject", "s3:ListBucket"],
                "Resource": ["arn:aws:s3:::documents", "arn:aws:s3:::documents/*"],
                "Condition": {"StringEquals": {"aws:PrincipalAccount": rows.ACCOUNT}},
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:SourceVpc": rows.VPC_ID}},
            },
        ],
    }
)
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Samples:
    requests_per_second: list[float] = field(default_factory=list)
    cpu_microseconds: list[float] = field(default_factory=list)


@dataclass
class Proxy:
    name: str
    port: int
    process_id: int
    samples: dict[str, Samples] = field(default_factory=lambda: {name: Samples() for name in SIZES})

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process_id}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def nginx(folder: Path) -> Iterator[None]:
    files = folder / "files" / "documents"
    files.mkdir(parents=True)
    for name, size in SIZES.items():
        (files / name).write_bytes(b"x" * size)
    folder.chmod(0o755)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1; user root;\n"
        "events { worker_connections 1024; }\n"
        "http { access_log off; keepalive_requests 1000000; open_file_cache max=16; sendfile on; tcp_nopush on;\n"
        f"server {{ listen 127.0.0.1:{NGINX_PORT}; root {folder}/files; }} }}\n"
    )
    process = subprocess.Popen(["nginx", "-c", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def haproxy(region: EdgeRegion) -> Iterator[Proxy]:
    authority = Authority((region.folder / "ca-key.pem").read_bytes(), region.authority.read_bytes(), SystemClock())
    certificate = region.folder / "haproxy.pem"
    certificate.write_bytes(authority.issue((HOST, f"*.{HOST}")))
    configuration = region.folder / "haproxy.cfg"
    names = region.namespaces
    configuration.write_text(
        "global\n  nbthread 1\n"
        "defaults\n  mode http\n  timeout client 30s\n  timeout server 30s\n  timeout connect 5s\n"
        "  option http-keep-alive\n  http-reuse always\n"
        f"listen s3\n  bind 0.0.0.0:{HAPROXY_PORT} namespace {names.door} interface {names.device}"
        f" ssl crt {certificate}\n"
        f"  server nginx 127.0.0.1:{NGINX_PORT}\n"
    )
    process = subprocess.Popen(["haproxy", "-db", "-f", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        yield Proxy("HAProxy", HAPROXY_PORT, process.pid)
    finally:
        process.terminate()
        process.wait(10)


def signed_headers(path: str) -> dict[str, str]:
    """Valid for the quarter of an hour that AWS allows clocks to differ."""
    request = AWSRequest("GET", f"https://{HOST}{path}")
    request.context["payload_signing_enabled"] = False
    S3SigV4Auth(Credentials(rows.KEY_ID, rows.SECRET), "s3", rows.REGION).add_auth(request)
    return {**dict(request.headers), "Host": HOST}


def load(region: EdgeRegion, proxy: Proxy, name: str, seconds: int, connections: int) -> None:
    path = f"/documents/{name}"
    headers = [option for item in signed_headers(path).items() for option in ("-H", ": ".join(item))]
    before = proxy.cpu_seconds()
    done = region.run_client(
        "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *headers, f"https://{HOST}:{proxy.port}{path}"
    )
    spent = proxy.cpu_seconds() - before
    text = done.stdout.decode()
    if "Non-2xx" in text or "Socket errors" in text or done.returncode:
        raise SystemExit(f"{proxy.name}: {text}{done.stderr.decode()}")
    requests = int(re.findall(r"(\d+) requests in", text)[0])
    samples = proxy.samples[name]
    samples.requests_per_second.append(float(re.findall(r"Requests/sec:\s+([\d.]+)", text)[0]))
    samples.cpu_microseconds.append(spent / requests * 1e6)


def answers(region: EdgeRegion, proxy: Proxy, name: str) -> bool:
    path = f"/documents/{name}"
    options = [option for item in signed_headers(path).items() for option in ("-H", ": ".join(item))]
    done = region.run_client(
        "curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{size_download}", "--cacert", str(region.authority),
        *options, f"https://{HOST}:{proxy.port}{path}",
    )  # fmt: skip
    return done.stdout.decode() == f"200 {SIZES[name]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    for program in ("nginx", "haproxy", "wrk"):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is not installed")
    region = EdgeRegion(f"swb{os.getpid() % 10000}", backends={"s3": {"url": f"http://127.0.0.1:{NGINX_PORT}"}})
    try:
        region.start()
        region.daemon.put(rows.endpoint(POLICY), rows.bucket("documents"))
        with nginx(region.folder), haproxy(region) as other:
            edge = Proxy("edge", 443, region.workers[0].pid)
            for proxy in (edge, other):
                for name in SIZES:
                    until(lambda proxy=proxy, name=name: answers(region, proxy, name))  # type: ignore[misc]
            for name in SIZES:
                for _ in range(options.rounds):
                    for proxy in (edge, other):
                        load(region, proxy, name, options.seconds, options.connections)
                        time.sleep(0.1)
            report(edge, other)
    finally:
        region.stop()


def report(edge: Proxy, other: Proxy) -> None:
    print(f"{'':10}{'bytes':>8}{'requests/s':>12}{'(min-max)':>16}{'CPU us':>8}{'of HAProxy':>12}")
    for name, size in SIZES.items():
        reference = statistics.median(other.samples[name].requests_per_second)
        for proxy in (edge, other):
            samples = proxy.samples[name]
            rate = statistics.median(samples.requests_per_second)
            span = f"({min(samples.requests_per_second):.0f}-{max(samples.requests_per_second):.0f})"
            cpu = statistics.median(samples.cpu_microseconds)
            print(f"{proxy.name:10}{size:>8}{rate:>12.0f}{span:>16}{cpu:>8.0f}{rate / reference:>12.2f}")


if __name__ == "__main__":
    main()
