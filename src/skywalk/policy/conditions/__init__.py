"""Condition operators: one module per family, each a table of operator name → comparison.

A *predicate* answers whether one `key: values` pair of a condition holds in a request's context.
Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""
