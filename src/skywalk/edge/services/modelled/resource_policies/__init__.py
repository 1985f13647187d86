"""Policies of queues, topics, keys, secrets, functions and layers: kept by the daemon's rows, by which the edge
decides.

What a backend would keep of them decides nothing, so none is passed on; whoever asks for a policy is answered from the
row that decides. The daemon is told when the backend has done its part, and the client is answered when every worker
knows. Without a daemon nothing is changed. Where a former attempt got only half way, the same request again does the
rest; what is made anew has no policy of what had its name before.
"""
