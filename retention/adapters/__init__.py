"""Foreign formats and ways: xdomea messages, and how they travel to an archive and back."""
