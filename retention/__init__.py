"""Retention (Aussonderung): what becomes of records after they are closed.

So far `rules` says how long a record is kept (Aufbewahrungsfrist). Here will live the periods of the filing plan,
legal holds (Löschsperren), the list of what is due (Aussonderungsverzeichnis), the offer to the archive (Anbietung)
with its appraisal (Bewertung) by a second person, transfer as xdomea messages (Abgabe) and destruction item by item
(Vernichtung) with its report (Vernichtungsprotokoll).
"""
