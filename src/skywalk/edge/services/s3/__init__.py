"""S3: an HTTP request is mapped to one operation, its bucket and key, and the checks that must all be allowed.

The rule for everything ambiguous: a request is *understood once* (here) and forwarded *as understood*
(`S3Request.target`, `S3Request.header_changes`), or refused. Two sub-resources, a query parameter given twice, a
parameter both as header and in the query, a version where none is taken: refused. Keys are never normalised: `..`,
`//` and `%2F` are characters of the key, as in S3.
Source: S3 User Guide, "Required permissions for Amazon S3 API operations"; S3 API Reference.
"""
