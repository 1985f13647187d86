"""Who is calling: signatures, credentials, sessions, and whether a body is the one that was signed.

*Presented credentials*: what a request claims, from its Authorization header or its presigned query. *Key ring*:
finds the secret, and whose it is. *Caller*: who that is, once the signature has matched. *Body check*: what the
body must satisfy; the last bytes of a body are released only after it has, so that no service behind ever holds a
whole message that was not signed.

Pure: the time is an argument, nothing is stored but bounded caches. Refusals are AWS's, by family of services.
"""
