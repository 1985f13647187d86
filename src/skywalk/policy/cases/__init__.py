"""Policy cases: one request with all policies that apply to it, as JSON, and the decision, as JSON.

*Case*: an object of the policies (`endpoint_policy`, `identity_policies`, …) and the `request`; what is left out does
not apply. *Caller*: the request's `principal`, with the keys that follow from it. *Decision*: `decision`, `by`,
`statement`. A case is decided as it stands: it is asked of no region, and its policies and its context may name every
key.
"""
