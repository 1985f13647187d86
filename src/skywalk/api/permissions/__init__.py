"""Which permissions a call needs: (action, resource ARN) for each service that skywalk serves itself.

Pure but for looking up what the request names. Whether the caller has them is `api.authorize`'s.
"""
