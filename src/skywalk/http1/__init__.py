"""HTTP/1.1 on asyncio protocols, for the API server, the service edge and what they forward to.

*Head*: everything up to the empty line, always whole before it is parsed, strictly by the grammar of RFC 9112 and
some rules more. *Body*: the bytes after it, streamed with back-pressure, never held whole unless asked for.
*Exchange*: one request and its answer on a connection; the next head is not looked at before it has ended, so
answers cannot overtake each other. *Upstream*: the same from the client's side, with pooled connections.

A message that two readers could understand differently is refused and its connection closed. Header names are
lower-case text, values are text in which one character is one byte (Latin-1), so that both go back to the wire
unchanged. Everything works on uvloop and on plain asyncio.
"""
