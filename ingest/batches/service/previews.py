"""Previews of images that are in no document: nobody destroys paper on the word of a machine that it was blank."""

from eakte.documents.files import StoredFile, store_derived
from eakte.documents.models import object_key
from eakte.foundation.work import UnitOfWork
from ingest.batches.models import BatchDocument, BatchFile, BatchImage
from ingest.products import as_json, from_json


def keep_preview(work: UnitOfWork, image: BatchImage, document: BatchDocument) -> None:
    """Keep what a page looked like that is about to leave its document, as far as it was recognised.

    A copy of its own, since what recognition made goes with the document. Raises StorageUnavailable.
    """
    made, file = made_preview(image, document), work.session.get_one(BatchFile, image.file_id)
    if made is not None and preview_in(file, image) is None:
        content = work.storage.read(object_key(made.object_id), made.digest)
        what = f"preview/{document.assembled}/{image.n}"
        kept = store_derived(
            work.storage, document.id, what, content, file_name=made.file_name, media_type=made.media_type
        )
        file.previews = {**file.previews, str(image.frame): as_json(kept)}


def made_preview(image: BatchImage, document: BatchDocument | None) -> StoredFile | None:
    """The preview that recognition made of a page of a document."""
    item = document.item if document is not None else None
    made = item.products["previews"] if item is not None and item.products else []
    return from_json(made[image.page - 1]) if image.page is not None and image.page <= len(made) else None


def preview_in(file: BatchFile, image: BatchImage) -> StoredFile | None:
    """The preview of an image that was kept with its raw scan."""
    kept = file.previews.get(str(image.frame))
    return from_json(kept) if kept is not None else None
