"""Measures whether Assay keeps its promises on this machine: `python -m benchmarks` prints one row a figure.

One file a measurement. Speeds are ratios to a floor, a method that only appends to a list, measured in the same process
and by turns with it, so they mean the same on a slow machine, a fast one and a busy one. Every measurement also reads
back what it logged: a fast tracker that loses points would fail here.
"""
