"""The approval of invoices (Rechnungsworkflow): from the formal check to the finance system and into the record.

Steps and acts are one table (`rules/workflow.py`), who may sign is data (`rules/signing.py`); what somebody may do
now follows from both and from nothing else.
"""
