"""Condition keys: their names, which of them skywalk sets, and what a policy may therefore name.

A key that AWS has and skywalk never sets would make a statement match, or not, by accident: policies that name one are
refused where they are accepted (`carried.check_keys`). What is stored is evaluated whatever it names.
"""
