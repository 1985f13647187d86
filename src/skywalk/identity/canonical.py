"""The canonical request of Signature Version 4.

Source: IAM User Guide, "Create a signed AWS API request". What a client sent is decoded and encoded again, so that
each of its spellings has one canonical form; what has only one spelling is taken as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from urllib.parse import quote, unquote_to_bytes

_CANONICAL_PATH = re.compile(r"(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*")
_UNRESERVED_PATH = re.compile(r"[A-Za-z0-9\-._~/]*")
_CANONICAL_PAIR_TEXT = re.compile(r"(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*")
_ESCAPED_UNRESERVED = re.compile(r"%(?:2D|2E|5F|7E|3[0-9]|[46][1-9A-F]|[57][0-9A])")
_LINE = "{}:{}\n".format
_SPACES = re.compile(r"[ \t]+")


def canonical_s3_path(path: str) -> str:
    """S3's: encoded once, neither dots nor double slashes resolved."""
    if _UNRESERVED_PATH.fullmatch(path):
        return path
    if _CANONICAL_PATH.fullmatch(path) and not _ESCAPED_UNRESERVED.search(path):
        return path
    # Segment by segment: an escaped slash is part of a name, and stays escaped.
    return "/".join([quote(unquote_to_bytes(segment), safe="-._~") for segment in path.split("/")])


def canonical_service_path(path: str) -> str:
    """Every other service's: normalised, and what was sent encoded is encoded once more."""
    if path == "/":
        return path
    return quote(_remove_dot_segments(path), safe="/-._~")


def split_query(query: str) -> list[tuple[str, str]]:
    """The pairs of a query string in canonical encoding, in the order sent."""
    pairs = []
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            pairs.append((_canonical_pair_text(name), _canonical_pair_text(value)))
    return pairs


def canonical_query(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join([f"{name}={value}" for name, value in sorted(pairs)])


def fold_spaces(value: str) -> str:
    """A header's value without spaces around it, and single ones inside."""
    if "  " in value or "\t" in value:
        value = _SPACES.sub(" ", value)
    return value.strip(" ")


def canonical_request(
    method: str,
    path: str,
    query: str,
    signed_names: Sequence[str],
    headers: Mapping[str, str],
    signed_headers_text: str,
    payload: str,
) -> bytes:
    """`path` and `query` in canonical form; `payload` is the body's hash or the word that stands for it."""
    lines = "".join(map(_LINE, signed_names, map(headers.get, signed_names, repeat(""))))
    if "  " in lines or "\t" in lines or ": " in lines or " \n" in lines:
        lines = "".join([f"{name}:{fold_spaces(headers.get(name, ''))}\n" for name in signed_names])
    text = f"{method}\n{path}\n{query}\n{lines}\n{signed_headers_text}\n{payload}"
    return text.encode("latin-1")  # header text is Latin-1 for bytes, see the contract of whoever parsed it


def _canonical_pair_text(text: str) -> str:
    if _CANONICAL_PAIR_TEXT.fullmatch(text) and not ("%" in text and _ESCAPED_UNRESERVED.search(text)):
        return text
    # A plus is a space in a query string, for S3 as for the backends behind it.
    return quote(unquote_to_bytes(text.replace("+", "%20")), safe="-._~")


def _remove_dot_segments(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment not in ("", "."):
            kept.append(segment)
    last = "/" if kept and not segments[-1] else ""
    return "/" + "/".join(kept) + last
