"""Helpers of the tests: what a test needs but does not tell about."""
