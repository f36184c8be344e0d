"""The verbs of the trade: rule, date, hold, list, offer, appraise, transfer, destroy."""
