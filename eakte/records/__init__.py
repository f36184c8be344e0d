"""Records (Schriftgutverwaltung): filing plans, dossiers and cases (Aktenpläne, Akten, Vorgänge).

A record (Schriftgutobjekt) is any of dossier, case and document; what they have in common lives here:
reference numbers (Aktenzeichen), state, confidentiality, parties, business data, links, and who may see them.
"""
