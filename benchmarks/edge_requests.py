"""S3-shaped GETs with TLS through the edge to nginx, against HAProxy in the same place to the same nginx.

Both listen in the same namespace behind the same link, one thread each on the same CPU, which client and nginx leave
to them where there is another. Both have ECDSA P-256 certificates of the same authority and speak TLS 1.3 with the same
cipher (checked), and keep connections on both sides. The edge verifies the signature and evaluates an endpoint policy
of two statements; HAProxy proxies. Load comes from `wrk` with one request as boto3 signs it, in interleaved rounds.
Needs root, nginx, haproxy and wrk.

"CPU us" is the proxy's own CPU time for a request; the last two columns are ratios to HAProxy's: of requests per
second, and of requests per CPU second. Where HAProxy outruns client and nginx, which "nginx itself" (plain HTTP,
without a proxy) gives an idea of, only the second tells the distance.

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

from skywalk.edge.signing import Authority
from skywalk.values.clock import SystemClock
from support import edge_rows as rows
from support.boto_heads import get_object_head
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
CPUS = sorted(os.sched_getaffinity(0))
PROXY_CPUS = {CPUS[-1]}
OTHER_CPUS = set(CPUS[:-1]) or PROXY_CPUS
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Samples:
    requests_per_second: list[float] = field(default_factory=list)
    cpu_microseconds: list[float] = field(default_factory=list)


@dataclass
class Proxy:
    """Who is asked for `url`; `process_id` is 0 where the CPU time is of no interest."""

    name: str
    url: str
    process_id: int
    samples: dict[str, Samples] = field(default_factory=lambda: {name: Samples() for name in SIZES})

    def cpu_seconds(self) -> float:
        if not self.process_id:
            return 0.0
        fields = Path(f"/proc/{self.process_id}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def nginx(folder: Path) -> Iterator[Proxy]:
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
        yield Proxy("nginx itself", f"http://127.0.0.1:{NGINX_PORT}", 0)
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
        f" ssl crt {certificate} ssl-min-ver TLSv1.3 alpn http/1.1\n"
        f"  server nginx 127.0.0.1:{NGINX_PORT}\n"
    )
    process = subprocess.Popen(["haproxy", "-db", "-f", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        pin(process.pid, PROXY_CPUS)
        yield Proxy("HAProxy", f"https://{HOST}:{HAPROXY_PORT}", process.pid)
    finally:
        process.terminate()
        process.wait(10)


def pin(process_id: int, cpus: set[int]) -> None:
    """Children made later inherit it."""
    os.sched_setaffinity(process_id, cpus)


def request_options(name: str) -> tuple[str, list[str]]:
    """The path, and the signed headers as options of wrk and curl."""
    path, headers = get_object_head(HOST, "documents", name)
    return path, [option for item in headers.items() for option in ("-H", ": ".join(item))]


def load(region: EdgeRegion, proxy: Proxy, name: str, seconds: int, connections: int) -> None:
    path, options = request_options(name)
    command = ("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *options, proxy.url + path)
    before = proxy.cpu_seconds()
    if proxy.process_id:
        done = region.run_client(*command)
    else:
        done = subprocess.run(command, capture_output=True, check=False)
    spent = proxy.cpu_seconds() - before
    text = done.stdout.decode()
    if "Non-2xx" in text or "Socket errors" in text or done.returncode:
        raise SystemExit(f"{proxy.name}: {text}{done.stderr.decode()}")
    requests = int(re.findall(r"(\d+) requests in", text)[0])
    samples = proxy.samples[name]
    samples.requests_per_second.append(float(re.findall(r"Requests/sec:\s+([\d.]+)", text)[0]))
    samples.cpu_microseconds.append(spent / requests * 1e6)


def answers(region: EdgeRegion, proxy: Proxy, name: str) -> bool:
    path, options = request_options(name)
    done = region.run_client(
        "curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{size_download}", "--cacert", str(region.authority),
        *options, proxy.url + path,
    )  # fmt: skip
    return done.stdout.decode() == f"200 {SIZES[name]}"


def tls_of(region: EdgeRegion, proxy: Proxy) -> str:
    """Version, cipher and the kind of certificate, as a client negotiates them."""
    address = proxy.url.removeprefix("https://")
    connect = address if ":" in address else f"{address}:443"
    done = region.run_client("openssl", "s_client", "-brief", "-connect", connect, "-servername", HOST)
    found = dict(line.split(": ", 1) for line in done.stderr.decode().splitlines() if ": " in line)
    return ", ".join(found[name] for name in ("Protocol version", "Ciphersuite", "Signature type"))


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
        pin(region.workers[0].pid, PROXY_CPUS)
        pin(0, OTHER_CPUS)
        with nginx(region.folder) as direct, haproxy(region) as other:
            edge = Proxy("edge", f"https://{HOST}", region.workers[0].pid)
            for proxy in (edge, other):
                for name in SIZES:
                    until(lambda proxy=proxy, name=name: answers(region, proxy, name))  # type: ignore[misc]
            spoken = tls_of(region, edge)
            if tls_of(region, other) != spoken:
                raise SystemExit(f"the edge speaks {spoken}, HAProxy {tls_of(region, other)}")
            for name in SIZES:
                load(region, direct, name, options.seconds, options.connections)
                for _ in range(options.rounds):
                    for proxy in (edge, other):
                        load(region, proxy, name, options.seconds, options.connections)
                        time.sleep(0.1)
            report(spoken, edge, other, direct)
    finally:
        region.stop()


def report(spoken: str, edge: Proxy, other: Proxy, direct: Proxy) -> None:
    print(f"{spoken}; {described_cpus()}\n")
    print(f"{'':14}{'bytes':>8}{'requests/s':>12}{'(min-max)':>16}{'CPU us':>8}{'of HAProxy':>12}{'per CPU s':>11}")
    for name, size in SIZES.items():
        reference = other.samples[name]
        for proxy in (edge, other, direct):
            samples = proxy.samples[name]
            rate = statistics.median(samples.requests_per_second)
            span = f"({min(samples.requests_per_second):.0f}-{max(samples.requests_per_second):.0f})"
            line = f"{proxy.name:14}{size:>8}{rate:>12.0f}{span:>16}"
            if proxy.process_id:
                cpu = statistics.median(samples.cpu_microseconds)
                of_rate = rate / statistics.median(reference.requests_per_second)
                of_cpu = statistics.median(reference.cpu_microseconds) / cpu
                line += f"{cpu:>8.0f}{of_rate:>12.2f}{of_cpu:>11.2f}"
            print(line)


def described_cpus() -> str:
    if PROXY_CPUS == OTHER_CPUS:
        return "one CPU for all"
    return f"one CPU for the proxy, {len(OTHER_CPUS)} for client and nginx"


if __name__ == "__main__":
    main()
