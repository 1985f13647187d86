"""Condition operators: one module per family, each a table of operator name → how request values are compared.

A *comparison* takes the policy's values, once, and gives a test of one request value: whether it fits any of them.
`predicate` adds what all families share: negation, absent keys, IfExists and the set operators.
Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""
