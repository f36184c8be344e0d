"""Hints of our own (Hinweise): what no official rule looks at and accounting still wants to know before it pays.

They never change whether an invoice is accepted. Each module takes plain values and gives a `Hint` per thing noticed:
`leitweg_id`, `iban`, `vat_id` (with the German Steuernummer), `skonto` and `free_text_skonto`, `dates`, `duplicates`.
Codes are `EAKTE-<SUBJECT>-<number>` and never change their meaning.
"""
