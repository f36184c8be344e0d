"""Retention (Aussonderung): what becomes of records after they are closed. An empty room so far.

Here will live retention periods (Aufbewahrungs- und Transferfristen) computed from the filing plan, legal holds
(Löschsperren), the list of what is due (Aussonderungsverzeichnis), the offer to the archive (Anbietung) with its
appraisal (Bewertung) by a second person, transfer as xdomea messages (Abgabe) and destruction item by item
(Vernichtung) with its report (Vernichtungsprotokoll).
"""
