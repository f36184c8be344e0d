"""Data protection (Datenschutz): requests of data subjects (Betroffenenanfragen) after Art. 15 and 17 DSGVO.

The data protection officer enters who asks, has everything found that speaks of that person, says which of it is meant,
and gets the report (Auskunft) or, for each record, whether it can be erased and when it can. What other packages know
of people they tell through `sources`; whether and when something may go retention tells through `prospects`.
"""
