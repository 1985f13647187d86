"""Words that every package shares: identifiers, addresses, AWS errors, time and chance. No I/O.

*Scope*: the account and region that own a resource. *Record*: a frozen dataclass that goes to JSON and back
unchanged. *Clock* and *Chance*: the only doors through which time and randomness come in, so that everything
above can be replayed.
"""
