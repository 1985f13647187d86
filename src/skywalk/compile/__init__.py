"""Snapshot → Plan: a pure function. No I/O, no clock, no randomness.

Each *pass* reads the snapshot and adds one family of rows; the ordered list is in `compiler.py`. Rows are sorted by
key, so that equal regions give equal plans, whatever the order in which they came to be.
"""
