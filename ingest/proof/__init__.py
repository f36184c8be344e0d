"""Proof of scan products (Beweiswerterhalt): the Transfervermerk, the list of hashes, and the seals on both.

Nothing here knows a database. `transfer_note` says how paper became this product and who answers for it
(TR-03138 A.NB.4), `manifest` lists the hash of every file of the product, `verification` checks a stored product
against both. Seals are made by `ingest.adapters.sealing`; signatures in foreign PDFs are looked at behind the door
`confined`, in a child process with limits.
"""
