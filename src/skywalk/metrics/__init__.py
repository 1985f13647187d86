"""Counting, and telling it in Prometheus's text format 0.0.4.

A *definition* names one metric with its type, help and labels; all of them stand in `catalogue`. What happens often is
counted in plain dictionaries and `Histogram`s where it happens, and nobody looks at them before somebody asks.
"""
