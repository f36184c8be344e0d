"""What the queue asks of retention: computing, locking, carrying out, sending."""
