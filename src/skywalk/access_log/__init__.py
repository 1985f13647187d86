"""The access log of endpoints: who has asked for what by way of which endpoint, what became of it, and why.

An *entry* is what is noted of a request while it is answered; it is written as a short *line*. Each process writes
files of its own, in a folder for each endpoint. A *reader* makes *records* of them, merged by time, which can be told
in the shape of CloudTrail's network activity events; and *replay* asks another endpoint policy what the recorded
requests were.
"""
