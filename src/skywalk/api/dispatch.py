"""The action tables: what each service serves, and by which function. Anything else is InvalidAction."""

from __future__ import annotations
