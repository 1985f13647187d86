"""The service edge: an HTTPS request that came through an endpoint meets the endpoint's policy here.

A *worker* is a process with a feed of plan rows; its *state* is those rows, indexed, with every policy compiled
once. A *door* is a listening socket; the *arrival* it stands for (which endpoint, which VPC, TLS or not) is the
socket's own identity, never something a client says. The *pipeline* is the ordered list of what happens to a
request: understood once, caller verified, decided, and forwarded as it was understood. *Outside* is the same
pipeline in the daemon, for requests at the API port.

The edge reads rows and reports what it sees pass (buckets, their policies); it never reads the store.
"""
