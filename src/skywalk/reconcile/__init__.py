"""Convergence has one home: what was committed is compiled, applied, published, and its states written back.

The *loop* takes the VPCs and accounts that commits touched, newest revision wins, and leaves all others alone.
*Settled* means that the machine and every process obey a change, or that its failure is on record.
"""
