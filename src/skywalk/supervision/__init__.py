"""Keeps the region's other processes running: edge workers, local services.

A *child* is a subscriber of the feed in a process of its own. It outlives the daemon: the next one adopts it, or
starts it anew where it is gone.
"""
