"""The instance metadata service (IMDS), versions 1 and 2, at 169.254.169.254 of every VPC.

The *guest* is the instance whose interface has the connection's source address. `document` says what a guest reads
at a path, `tokens` mints and checks session tokens without remembering any, `role_credentials` keeps the credentials
that a guest is shown, `service` turns a request into an answer, `server` owns the sockets.
Source: EC2 User Guide, "Use the Instance Metadata Service to access instance metadata".
"""
