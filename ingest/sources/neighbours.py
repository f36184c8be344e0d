"""Which adapter speaks with which kind of source."""

from eakte.foundation.settings import Settings
from ingest.adapters.imap_mailbox import ImapMailbox
from ingest.adapters.s3_prefix import S3Prefix
from ingest.adapters.watched_folder import WatchedFolder
from ingest.sources.definitions import FolderSource, MailboxSource, PrefixSource, Source
from ingest.sources.parcels import Neighbour


def neighbour_of(source: Source, settings: Settings) -> Neighbour:
    """The other side of a source; nothing is said to it yet."""
    max_bytes = settings.ingest.max_file_mb << 20
    match source:
        case FolderSource():
            return WatchedFolder(source, max_bytes=max_bytes)
        case PrefixSource():
            return S3Prefix(source, max_bytes=max_bytes)
        case MailboxSource():
            return ImapMailbox(source, max_bytes=max_bytes)
