"""IAM evaluation, pure: policy texts and one request go in, a decision with the statement that took it comes out.

*Policy*: a parsed document of one *kind* (endpoint, identity, resource, trust). *Principal*: who calls.
*Context*: the condition keys of one request, lower-cased. *Layers*: the compiled policies that apply to a request.
*Decision*: allowed or not, and which layer's which statement said so.

`document` takes only what `compiled` can evaluate: whatever lies beyond is refused when the policy is set and
never skipped when it is evaluated. Nothing here knows a protocol, a socket or a store.
"""
