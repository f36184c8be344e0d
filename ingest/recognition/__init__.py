"""Recognition (Texterkennung): what one file is, what stands on its pages, and the archival copy made of it.

Nothing here knows a database. `confined` is the door: every look into a foreign file happens behind it, in a
child process with limits. The other modules are the vocabulary (`results`, `errors`) and the pure decisions
about a page image (orientation, skew, blankness, trust in a text layer).
"""
