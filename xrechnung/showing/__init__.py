"""Showing invoices (Sichtansicht): the same content as an HTML page and as PDF/A, in German, accessible, complete.

`view_html` and `view_pdf` take the semantic model and its verdict. What stands where is decided once, in a `Sheet`;
both forms only set it. Nothing of the invoice is left out: what no designed part shows stands under "Weitere Angaben".
"""
