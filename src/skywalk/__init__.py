"""skywalk: a VPC region on one Linux machine, with AWS VPC endpoints that are enforced on real packets.

The pipeline is drawn in ARCHITECTURE.md: `api` → `actions` → `resources` → `compile` → `plan` → `drivers`,
with `edge`, `dns` and `metadata` carrying traffic by the same plan.
"""

__version__ = "0.1.0"
