"""Neighbours with named faults."""
