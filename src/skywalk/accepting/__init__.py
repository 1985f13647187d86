"""Takes connections of listening sockets, and stays civil when no descriptors are left.

A *reserve* is a few descriptors of a process that wait to be given up: with one of them a client for whom there is none
left is accepted all the same, told so in its protocol, and let go. An *acceptor* takes the connections of one socket.
"""
