"""One package per service: which actions on which resources an HTTP request asks for, and how the service refuses.

All of it is pure. The edge's pipeline evaluates the checks and forwards what the request was understood as, never
the bytes it came in, so that policy and backend cannot disagree.
"""
