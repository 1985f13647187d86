"""The model and its store: what a region remembers.

A *resource* is a frozen dataclass with an `id`, the `scope` (account, region) that owns it, and, where it belongs
to a VPC, that VPC's id: its *shard*. Resources name each other by id and never hold one another. The *store* keeps
them in memory, indexed by type, by owner and by VPC, and in SQLite; a *transaction* is durable before it returns. A
*snapshot* is one VPC's shard at one revision, and all that `compile` sees.
"""
