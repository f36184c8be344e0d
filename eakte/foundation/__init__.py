"""Foundation: settings, errors, messages, units of work, jobs, ids, storage, logging, HTTP.

Everything here is solved once and used by every package; it knows nothing of records (Schriftgut).
"""
