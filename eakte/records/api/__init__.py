"""The HTTP edge of records, one router per noun."""
