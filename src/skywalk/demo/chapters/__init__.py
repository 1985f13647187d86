"""The story of a bank's documents, one module per chapter, in the order of `STORY`."""

from __future__ import annotations

from skywalk.demo.chapters import (
    bucket_policy,
    endpoint,
    endpoint_policy,
    interface_endpoint,
    network,
    packet_counters,
    private_dns,
    program,
    region,
    security_groups,
    silence,
)

STORY = (
    region.CHAPTER,
    network.CHAPTER,
    silence.CHAPTER,
    endpoint.CHAPTER,
    program.CHAPTER,
    endpoint_policy.CHAPTER,
    security_groups.CHAPTER,
    bucket_policy.CHAPTER,
    packet_counters.CHAPTER,
    interface_endpoint.CHAPTER,
    private_dns.CHAPTER,
)
