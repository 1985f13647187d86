"""Drivers make a machine match a plan: observe, compare, apply.

A driver keeps the last plan of each VPC, compares a new one with it and changes only what differs; at start it
observes what is there already. Nothing above this package may know which driver runs.
"""
