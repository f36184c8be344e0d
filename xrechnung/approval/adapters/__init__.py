"""The finance system (Finanzverfahren, HKR) and the bank: one module for each format and each way to speak."""
