"""What each API call does: one module per noun, one function per action, inside one transaction.

An action is `def create_vpc(call: Call, request: CreateVpcRequest) -> CreateVpcResult`: plain dicts in and out whose
types are generated from AWS's models (`shapes/`), no wire, no network. Refusals are `AwsError`s in AWS's words. What
is random or remembered (ids, addresses, times) is decided here and stored.
"""
