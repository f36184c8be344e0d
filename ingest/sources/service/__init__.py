"""What is done with deliveries: opened, taken file by file, stored, settled."""
