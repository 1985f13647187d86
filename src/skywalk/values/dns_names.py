"""Domain names: as people write them, as skywalk keeps them, as packets have them.

The kept form is lower case without the final dot, empty for the root; a dot inside a label is `\\046` and a backslash
`\\092`, so that every dot parts two labels; all else is itself. Source: RFC 1035 §2.3.4 and §3.1; Route 53 Developer
Guide, "DNS domain name format": characters other than a-z, 0-9, - and _ are escapes of three octal digits.
"""

from __future__ import annotations

import re

LABEL_LIMIT_BYTES = 63
NAME_LIMIT_BYTES = 255

_ESCAPE = re.compile(r"\\([0-3][0-7]{2}|.|$)", re.DOTALL)
_SHOWN = re.compile(r"[^a-z0-9._-]")
_KEPT = {".": "\\046", "\\": "\\092"}
_ESCAPED_KEPT = re.compile(r"\\(046|092)")


def read_name(text: str) -> str:
    """The kept form of a name, whether or not it ends in a dot. Raises ValueError for what is no domain name; the
    text says what is wrong in Route 53's words."""
    name = _ESCAPE.sub(_kept_character, text.removesuffix("."))
    name = name.lower() if name.isascii() else _latin(name)
    if name:
        _check_lengths(name)
    return name


def show_name(name: str) -> str:
    """A kept name as Route 53's API shows it: with the final dot, and `*` as `\\052`."""
    plain = _ESCAPED_KEPT.sub(lambda found: f"\\{int(found.group(1)):03o}", name)
    return _SHOWN.sub(_shown_character, plain) + "."


def name_bytes(name: str) -> bytes:
    """A kept name as it stands in a packet, without pointers."""
    labels = name.encode("latin-1").split(b".")
    if "\\" in name:
        labels = [label.replace(b"\\046", b".").replace(b"\\092", b"\\") for label in labels]
    return b"".join(bytes([len(label)]) + label for label in labels if label) + b"\0"


def parent_name(name: str) -> str:
    """The name without its first label; empty above the top."""
    return name.partition(".")[2]


def lies_in(name: str, zone: str) -> bool:
    """Whether a name is a zone's own or below it."""
    return name == zone or not zone or name.endswith("." + zone)


def _kept_character(found: re.Match[str]) -> str:
    escape = found.group(1)
    if not escape:
        raise ValueError("InvalidEscape (Domain name ends in a backslash)")
    character = chr(int(escape, 8)) if len(escape) == 3 else escape
    return _KEPT.get(character, character)


def _shown_character(found: re.Match[str]) -> str:
    # A backslash is only ever there as the beginning of an escape made above.
    return "\\" if found.group() == "\\" else f"\\{ord(found.group()):03o}"


def _latin(name: str) -> str:
    try:
        name.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError("UnsupportedCharacter (Domain name contains a character that no DNS name can have)") from None
    return "".join(chr(ord(one) + 32) if "A" <= one <= "Z" else one for one in name)


def _check_lengths(name: str) -> None:
    labels = name.split(".")
    if not all(labels):
        raise ValueError("DomainLabelEmpty (Domain label is empty)")
    if any(len(_ESCAPED_KEPT.sub("x", label)) > LABEL_LIMIT_BYTES for label in labels):
        raise ValueError("DomainLabelTooLong (Domain label is too long)")
    if len(name_bytes(name)) > NAME_LIMIT_BYTES:
        raise ValueError("DomainTooLong (Domain name is too long)")
