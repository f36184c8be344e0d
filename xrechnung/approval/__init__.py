"""Approval (Rechnungsbearbeitung): the way of an invoice from receipt to the finance system.

`rules` holds the law of it: which act is possible at which step (Laufweg), who may certify (Feststellung sachlich und
rechnerisch richtig) and who may order payment (Anordnungsbefugnis), how an amount is split over accounts
(Kontierung), and what is lost when (Fälligkeit, Skonto).
"""
