"""What the approval puts on paper: the workflow sheet (Laufzettel) of an invoice and the letter that refuses one."""
