"""The environment of programs in a guest."""

from __future__ import annotations

from collections.abc import Collection, Mapping

TRUST_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
"""The machine's trusted CAs and the region's."""
REGION_CERTIFICATE = "/etc/ssl/certs/skywalk-region.pem"
"""The region's CA alone."""
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Endpoints, keys, profiles and files of the caller (a guest's credentials come from its metadata service alone), and
# what steers skywalk itself.
_DROPPED_PREFIXES = ("AWS_", "SKYWALK_", "BOTO_", "LISTEN_")
# Sockets and sessions outside, which a guest does not see; proxies, which its network does not reach.
_OUTSIDE = frozenset(
    [
        "CONTAINER_HOST",
        "DBUS_SESSION_BUS_ADDRESS",
        "DBUS_SYSTEM_BUS_ADDRESS",
        "DISPLAY",
        "DOCKER_HOST",
        "GPG_AGENT_INFO",
        "INVOCATION_ID",
        "JOURNAL_STREAM",
        "NOTIFY_SOCKET",
        "SSH_AGENT_PID",
        "SSH_AUTH_SOCK",
        "SSH_CLIENT",
        "SSH_CONNECTION",
        "SSH_TTY",
        "STY",
        "TMUX",
        "TMUX_PANE",
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
        "XDG_RUNTIME_DIR",
        "ALL_PROXY",
        "FTP_PROXY",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "NO_PROXY",
    ]
)
# Other ways to name a trust store: they would win over the ones set here.
_OTHER_TRUST = frozenset(["CURL_CA_BUNDLE", "SSL_CERT_DIR"])


def guest_environment(caller: Mapping[str, str], region: str, homes: Collection[str] = ()) -> dict[str, str]:
    """The caller's environment without what is about the outside, and with the guest's own trust and region.

    `homes` are folders of users, whose AWS settings no guest sees; a HOME elsewhere may have settings that it would
    find, and stays outside.
    """
    kept = {name: value for name, value in caller.items() if not _is_dropped(name.upper())}
    search = {"PATH": _search_path(kept.get("PATH", ""))}
    if kept.get("HOME") not in homes:
        kept.pop("HOME", None)
    return {"HOME": "/root"} | kept | search | _of_the_guest(region)


def _search_path(callers: str) -> str:
    """The caller's, then what it lacks of root's: an ordinary user is root in a guest."""
    return ":".join(dict.fromkeys([*filter(None, callers.split(":")), *SEARCH_PATH.split(":")]))


def _is_dropped(name: str) -> bool:
    return name.startswith(_DROPPED_PREFIXES) or name in _OUTSIDE or name in _OTHER_TRUST


def _of_the_guest(region: str) -> dict[str, str]:
    return {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CA_BUNDLE": TRUST_BUNDLE,
        "SSL_CERT_FILE": TRUST_BUNDLE,
        "REQUESTS_CA_BUNDLE": TRUST_BUNDLE,
        # Node adds these to its own.
        "NODE_EXTRA_CA_CERTS": REGION_CERTIFICATE,
    }
