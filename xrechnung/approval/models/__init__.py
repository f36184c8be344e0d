"""Tables of the approval workflow: the flow of an invoice, who may sign, what is booked and paid, whom it concerns."""
