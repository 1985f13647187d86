"""The process: event loop, feed, end."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path

from skywalk.dns.forwarding import Forwarder
from skywalk.feed.subscriber import Subscriber
from skywalk.http1.descriptors import raise_descriptor_limit
from skywalk.local_services.packet_allowance import PacketAllowance
from skywalk.local_services.services import LocalServices
from skywalk.metadata.role_credentials import MintCredentials, ShownCredentials
from skywalk.metadata.service import MetadataService
from skywalk.metadata.tokens import TokenMint
from skywalk.values.chance import SystemChance
from skywalk.values.clock import Clock

log = logging.getLogger(__name__)


async def serve(socket_path: Path, region_key: bytes, mint: MintCredentials, clock: Clock) -> None:
    """Serves until SIGTERM or SIGINT; the daemon may come and go."""
    raise_descriptor_limit()
    credentials = ShownCredentials(mint, clock)
    metadata = MetadataService(TokenMint(region_key), credentials, clock)
    services = LocalServices(metadata, credentials, PacketAllowance(clock), Forwarder(SystemChance()))
    subscriber = Subscriber(services.apply, services.counts, lambda: services.failing)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await subscriber.listen(socket_path)
    log.info("ready for the daemon")
    try:
        await ended.wait()
        log.info("ending")
    finally:
        await subscriber.close()
        services.close()
