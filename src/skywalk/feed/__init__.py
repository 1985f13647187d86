"""The feed: plan rows from the daemon to the processes that carry traffic, and their reports back.

A *subscriber* is such a process (edge worker, resolver): it listens on a unix socket and keeps serving its last rows
when the daemon dies. The *publisher* is the daemon's side: it connects, sends all rows once and changes from then on,
and knows what every subscriber has applied. A *report* is a request in the other direction, answered by the daemon.
A *question* asks a subscriber how often it has done what; it changes nothing. One message is one line of JSON.
"""
