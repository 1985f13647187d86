"""S3's documents, written short: `Expiration(Days=1)` is `<Expiration><Days>1</Days></Expiration>`.

`Grantee@Group(…)` is an element with an `xsi:type`.
"""

from __future__ import annotations

import re

_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_TOKEN = re.compile(
    r"\s*(?:(?P<open>[A-Za-z0-9]+)(?P<type>@[A-Za-z]+)?\(|(?P<close>\))|(?P<name>[A-Za-z0-9]+)=(?P<text>[^\s)]*))\s*"
)


def xml(short: str) -> str:
    """`Name(…)` holds elements, `Name=text` a text without spaces."""
    written: list[str] = []
    opened: list[str] = []
    at = 0
    while at < len(short):
        token = _TOKEN.match(short, at)
        assert token is not None, short[at:]
        at = token.end()
        if token["open"]:
            opened.append(token["open"])
            kind = f' {_XSI} xsi:type="{token["type"][1:]}"' if token["type"] else ""
            written.append(f"<{token['open']}{kind}>")
        elif token["name"]:
            written.append(f"<{token['name']}>{token['text']}</{token['name']}>")
        else:
            written.append(f"</{opened.pop()}>")
    assert not opened, short
    return "".join(written)
