"""Request and guest → answer: methods, session tokens, refusals. Source: EC2 User Guide, "IMDSv2"."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from http import HTTPStatus
from urllib.parse import unquote

from skywalk.http1.fields import Headers
from skywalk.http1.request import RequestHead
from skywalk.metadata.document import LATEST, TEXT, document
from skywalk.metadata.role_credentials import DELIVERIES, ShownCredentials
from skywalk.metadata.tokens import MAX_TTL_SECONDS, TokenMint
from skywalk.plan.guests import Guest
from skywalk.values.clock import Clock

TOKEN_HEADER = "x-aws-ec2-metadata-token"  # noqa: S105 (a header's name)
TTL_HEADER = "x-aws-ec2-metadata-token-ttl-seconds"
_TTL_HEADER_AS_SENT = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds"
_READING = ("GET", "HEAD")

_PAGE = """\
<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
	"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>{title}</title>
 </head>
 <body>
  <h1>{title}</h1>
 </body>
</html>
"""


@dataclass(frozen=True, slots=True)
class MetadataAnswer:
    """`hop_limit` is the IP TTL that the answer must be sent with, None for the machine's own."""

    status: int
    headers: Headers
    content: bytes
    hop_limit: int | None = None


class MetadataService:
    """Answers every guest of a region."""

    def __init__(self, tokens: TokenMint, credentials: ShownCredentials, clock: Clock) -> None:
        self._tokens = tokens
        self._credentials = credentials
        self._clock = clock

    def answer(self, head: RequestHead, guest: Guest | None) -> MetadataAnswer:
        """`guest` is None where the connection comes from no instance."""
        if guest is None:
            return self.refusal(404)
        if not guest.metadata_enabled:
            return self.refusal(403)
        path = unquote(head.path)
        version, _, below = path.strip("/").partition("/")
        if below == "api/token":
            return self._answer_token(head, guest) if version == LATEST else self.refusal(403)
        if head.method not in _READING:
            return self.refusal(405, ("Allow", "GET, HEAD"))
        return self._answer_document(head, guest, path)

    def refusal(self, status: int, *headers: tuple[str, str]) -> MetadataAnswer:
        """An error in the service's form, a small page."""
        own, content = render_refusal(status)
        return MetadataAnswer(status, [*own, self._date(), *headers], content)

    def _answer_token(self, head: RequestHead, guest: Guest) -> MetadataAnswer:
        if head.method != "PUT":
            return self.refusal(405, ("Allow", "PUT"))
        if head.get("x-forwarded-for") is not None:
            return self.refusal(403)  # somebody asks through a proxy, who must not get at the instance's role
        ttl_seconds = _parse_ttl(head.get(TTL_HEADER))
        if ttl_seconds is None:
            return self.refusal(400)
        token = self._tokens.mint(guest.instance_id, self._clock.now(), ttl_seconds)
        ttl = (_TTL_HEADER_AS_SENT, str(ttl_seconds))
        return MetadataAnswer(200, self._headers(TEXT, ttl), token.encode(), guest.metadata_hop_limit)

    def _answer_document(self, head: RequestHead, guest: Guest, path: str) -> MetadataAnswer:
        headers: Headers = []
        token = head.get(TOKEN_HEADER)
        if token is not None:
            seconds_left = self._tokens.seconds_left(token, guest.instance_id, self._clock.now())
            if seconds_left is None:
                return self.refusal(401)
            headers.append((_TTL_HEADER_AS_SENT, str(seconds_left)))
        elif guest.metadata_tokens_required:
            return self.refusal(401)
        delivery = DELIVERIES[token is not None]
        found = document(guest, path, lambda guest: self._credentials.of(guest, delivery))
        if found is None:
            return self.refusal(404)
        return MetadataAnswer(200, self._headers(found.content_type, *headers), found.content)

    def _headers(self, content_type: str, *more: tuple[str, str]) -> Headers:
        return [*more, ("Content-Type", content_type), ("Accept-Ranges", "none"), self._date(), _SERVER]

    def _date(self) -> tuple[str, str]:
        return "Date", format_datetime(self._clock.now(), usegmt=True)


_SERVER = ("Server", "EC2ws")


def render_refusal(status: int, _reason: str = "") -> tuple[Headers, bytes]:
    """The page of an error; also for requests that are malformed."""
    page = _PAGE.format(title=f"{status} - {HTTPStatus(status).phrase}")
    return [("Content-Type", "text/html"), _SERVER], page.encode()


def _parse_ttl(text: str | None) -> int | None:
    """1 to 21600 seconds in digits; None for everything else."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_TTL_SECONDS)):
        return None
    seconds = int(text)
    return seconds if 1 <= seconds <= MAX_TTL_SECONDS else None
