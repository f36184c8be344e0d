"""The verbs of the trade over plans and records, one module per noun."""
