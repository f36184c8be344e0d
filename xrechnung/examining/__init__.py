"""Examining (Prüfung einer eingegangenen Rechnung): read, judged and shown at once, where foreign files are opened.

`confined` is the door: each call looks into one file, in a child process with limits; `here` is what runs in there.
"""
