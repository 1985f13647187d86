"""Every metric of a region. docs/reference/operation.md lists them for users; a test compares the two."""

from __future__ import annotations

from skywalk.metrics.exposition import Definition, Kind

INFO = Definition("skywalk_info", Kind.GAUGE, "1, with the version and the default region.", ("version", "region"))
READY = Definition(
    "skywalk_ready",
    Kind.GAUGE,
    "1 if the machine obeys the store, which can write, and every process answers.",
)
API_REQUESTS = Definition(
    "skywalk_api_requests_total",
    Kind.COUNTER,
    "Calls of EC2, ELB, IAM and STS; code is OK or AWS's error code.",
    ("service", "action", "code"),
)
API_SECONDS = Definition(
    "skywalk_api_request_duration_seconds",
    Kind.HISTOGRAM,
    "From a call's head to its answer, what it waits for included.",
    ("service", "action"),
)
COMMITS = Definition(
    "skywalk_store_commit_duration_seconds", Kind.HISTOGRAM, "Commits of the store, each synced to the disk."
)
REVISION = Definition("skywalk_store_revision", Kind.GAUGE, "The store's newest revision.")
RESOURCES = Definition("skywalk_resources", Kind.GAUGE, "Resources in the store, of all accounts.", ("kind",))
VPCS = Definition(
    "skywalk_vpcs", Kind.GAUGE, "VPCs by convergence: converged, pending or failed on the machine.", ("state",)
)
COMPILE_SECONDS = Definition(
    "skywalk_compile_duration_seconds", Kind.HISTOGRAM, "Making the plan of one VPC from its resources."
)
APPLY_SECONDS = Definition("skywalk_apply_duration_seconds", Kind.HISTOGRAM, "Making the kernel obey one VPC's plan.")
MENDED = Definition(
    "skywalk_drift_mended_total", Kind.COUNTER, "VPCs applied again because something else had changed the kernel."
)
PROCESS_UP = Definition(
    "skywalk_process_up", Kind.GAUGE, "1 if the process runs and, where it is fed, is connected.", ("process",)
)
PROCESS_ANSWERS = Definition(
    "skywalk_process_answers", Kind.GAUGE, "0 if the process runs and does not answer.", ("process",)
)
KILLED = Definition(
    "skywalk_process_killed_total",
    Kind.COUNTER,
    "How often a process was killed because it had not answered for 20 seconds, by this daemon.",
    ("process",),
)
RESTARTS = Definition(
    "skywalk_process_restarts_total",
    Kind.COUNTER,
    "How often a process was found gone and started again, by this daemon.",
    ("process",),
)
PROCESS_MEMORY = Definition(
    "skywalk_process_resident_memory_bytes", Kind.GAUGE, "Resident memory of a process.", ("process",)
)
PROCESS_CPU = Definition(
    "skywalk_process_cpu_seconds_total", Kind.COUNTER, "User and system time of a process.", ("process",)
)
PROCESS_DESCRIPTORS = Definition(
    "skywalk_process_open_fds", Kind.GAUGE, "Open file descriptors of a process.", ("process",)
)
EDGE_REQUESTS = Definition(
    "skywalk_edge_requests_total",
    Kind.COUNTER,
    "Requests at endpoints, at public addresses and (process daemon) at the API's port. verdict: forwarded, denied "
    "(the caller may not, or is not proven), or refused for another reason.",
    ("process", "service", "verdict", "status"),
)
LOST_RECORDS = Definition(
    "skywalk_access_log_lost_records_total",
    Kind.COUNTER,
    "Requests through endpoints whose records could not be written, by this process.",
    ("process",),
)
RESOLVER_QUERIES = Definition(
    "skywalk_resolver_queries_total", Kind.COUNTER, "Answered DNS queries by response code.", ("rcode",)
)
BACKENDS = Definition("skywalk_backend_up", Kind.GAUGE, "1 if the embedded backend runs.", ("service",))

ALL = (
    INFO,
    READY,
    API_REQUESTS,
    API_SECONDS,
    COMMITS,
    REVISION,
    RESOURCES,
    VPCS,
    COMPILE_SECONDS,
    APPLY_SECONDS,
    MENDED,
    PROCESS_UP,
    PROCESS_ANSWERS,
    KILLED,
    RESTARTS,
    PROCESS_MEMORY,
    PROCESS_CPU,
    PROCESS_DESCRIPTORS,
    EDGE_REQUESTS,
    LOST_RECORDS,
    RESOLVER_QUERIES,
    BACKENDS,
)
"""In the order in which they are told."""
