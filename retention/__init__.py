"""Retention (Aussonderung): what becomes of records after they are closed.

How long a record is kept, by which rule, and why (Aufbewahrungsfrist); legal holds (Löschsperre); until when the
storage keeps its objects. What is due comes on a disposal list (Aussonderungsverzeichnis), which a second person
reviews; it is offered to the archive (Anbietung), appraised there (Bewertung), handed over as xdomea messages (Abgabe)
or destroyed item by item (Vernichtung) with a report (Vernichtungsprotokoll). What is gone leaves a tombstone in the
database and an entry in the deletion ledger outside of it (Löschverzeichnis), which a restore is compared with.
"""
