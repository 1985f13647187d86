"""Text in S3's XML."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def element(name: str, text: str, attributes: str = "") -> str:
    """One element. Characters that XML 1.0 cannot hold at all (a key may have them) become U+FFFD."""
    # A bare carriage return would be read back as a line feed.
    content = escape(_NOT_XML.sub("\ufffd", text), {"\r": "&#13;"})
    return f"<{name}{attributes}>{content}</{name}>"


def attribute(text: str) -> str:
    """Text between double quotes."""
    return escape(_NOT_XML.sub("\ufffd", text), {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;", '"': "&quot;"})
