"""What a guest's own files in /etc say: name, names' source, hosts."""

from __future__ import annotations

from skywalk.plan.guests import Guest


def render_resolver(guest: Guest) -> str:
    """/etc/resolv.conf, with the options that Amazon Linux sets. Without DHCP options a guest knows no resolver."""
    lines = [f"search {guest.domain}"] if guest.domain else []
    lines.append("options timeout:2 attempts:5")
    lines += [f"nameserver {address}" for address in guest.resolver_addresses]
    return "\n".join(lines) + "\n"


def render_hostname(guest: Guest) -> str:
    return f"{guest.hostname}\n"


def render_hosts(guest: Guest) -> str:
    """/etc/hosts: the machine's own name is there too, so that it resolves without the VPC's DNS."""
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    addresses = [address for interface in guest.interfaces for address in interface.private_addresses]
    names = dict.fromkeys([guest.hostname, guest.hostname.partition(".")[0]])
    if addresses and guest.hostname:
        lines.append(f"{addresses[0]} {' '.join(names)}")
    return "\n".join(lines) + "\n"
