"""The finance system (Finanzverfahren), the bank and the mail server: a module for each format and way to speak."""
