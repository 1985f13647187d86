"""The operator's door: JSON over HTTP on a unix socket that only the region's owner can open.

Through it the command line asks what AWS's API has no words for: status, accounts, the way into an instance, and
whether everything has settled.
"""
