"""The parts of a view: what each shows, in which order, and how it is called."""
