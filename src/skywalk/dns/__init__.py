"""The resolver of every VPC: question and known names → answer, on the VPC's own addresses.

A *question* is what was asked; the *known names* are one VPC's view and the public names; the *chain* is the ordered
list of those who may answer; a name that none of them knows is refused, because nothing is forwarded yet.
`message` has the values, `wire` their bytes, `chain` and `answer` decide, `server` owns the sockets.
"""
