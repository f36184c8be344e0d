"""The verbs of data protection, split by noun."""
