"""Lexicons of Polly: nothing is spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "polly", "polly"
PLS = """<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en-US">
  <lexeme><grapheme>W3C</grapheme><alias>World Wide Web Consortium</alias></lexeme>
  <lexeme><grapheme>VPC</grapheme><alias>Virtual Private Cloud</alias></lexeme>
</lexicon>"""


def story(polly: Any) -> Look:
    for name in ("words", "gone"):
        polly.put_lexicon(Name=name, Content=PLS)
    with pytest.raises(ClientError, match="InvalidLexiconException"):
        polly.put_lexicon(Name="words", Content="no lexicon")
    assert {"gone", "words"} <= {one["Name"] for one in polly.list_lexicons()["Lexicons"]}
    polly.delete_lexicon(Name="gone")
    with pytest.raises(ClientError, match="LexiconNotFoundException"):
        polly.get_lexicon(Name="gone")
    found = polly.get_lexicon(Name="words")
    assert found["Lexicon"]["Content"] == PLS
    attributes = found["LexiconAttributes"]
    assert (attributes["LexemesCount"], attributes["LanguageCode"], attributes["Alphabet"]) == (2, "en-US", "ipa")
    assert attributes["LexiconArn"].endswith(":lexicon/words")
    with pytest.raises(ClientError, match="nothing is spoken"):
        polly.synthesize_speech(Text="hello", OutputFormat="mp3", VoiceId="Joanna")

    def look(polly: Any) -> Any:
        return polly.get_lexicon(Name="words")

    return look
