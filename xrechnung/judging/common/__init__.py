"""What the rules of UBL and CII share: decimals and codes as the official rules see them, IBAN, Skonto."""
