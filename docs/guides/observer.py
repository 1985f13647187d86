"""A host on the internet that tells everyone the address it sees: `python3 observer.py`, port 80."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer


class Observer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"you come from {self.client_address[0]}\n".encode())


HTTPServer(("", 80), Observer).serve_forever()
