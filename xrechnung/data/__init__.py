"""Facts of the trade as tables (Regelstände, Codelisten, Texte): what changes without a change of code."""
