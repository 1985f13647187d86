"""The wire, and nothing else: bytes of AWS's query protocols to plain dicts and back.

*Shape*: the form of one value on the wire, by AWS's name for it. *Table*: the shapes of one service's operations,
generated from botocore's models into `shapes/` (botocore itself is never imported here). *Reading* a request and
*serializing* a result go by the table alone; no operation has code of its own. *Fault*: the body of an error answer.

What goes in and out of `skywalk.actions` are dicts with AWS's member names (`VpcId`, `CidrBlock`), their values
str, int, float, bool, bytes, datetime (UTC), list, dict. Members that are not set are absent.
"""
