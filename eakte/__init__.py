"""E-Akte: the hub. Filing plan, dossiers, cases and documents (Aktenplan, Akten, Vorgänge, Dokumente),
who may do what with them, what was done, and how they are found."""
