"""The finance system (Finanzverfahren, HKR), the bank and the mail server: one module for each format and way to speak."""
