"""The verbs of batch scanning: receiving, splitting, arranging, checking, proving, releasing."""
