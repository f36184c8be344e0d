"""Scan profiles (Scanprofile): tested and released settings for a class of paper."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from eakte.access import Permission
from eakte.access.queries import require_unlimited
from eakte.foundation.ids import new_id
from eakte.foundation.messages import changes_of
from eakte.foundation.work import UnitOfWork
from ingest.batches.errors import ReplacementUnchecked
from ingest.batches.messages import ScanProfileSet
from ingest.batches.models import ScanProfile
from ingest.batches.rules import Purpose


def set_profile(work: UnitOfWork, key: str, fields: Mapping[str, Any]) -> ScanProfile:
    """Make or change a profile. Batches that run keep the procedure and the second person they began with.

    Raises ActionForbidden, ReplacementUnchecked.
    """
    require_unlimited(work, Permission.MANAGE_INGEST)
    profile = work.session.scalar(select(ScanProfile).where(ScanProfile.key == key).with_for_update())
    if profile is None:
        profile = ScanProfile(id=new_id(), key=key, **fields)
        work.session.add(profile)
        changes = {name: (None, value) for name, value in fields.items()}
    else:
        for name, value in fields.items():
            setattr(profile, name, value)
        changes = changes_of(profile)
    if profile.purpose is Purpose.REPLACEMENT and not profile.looks:
        raise ReplacementUnchecked
    work.session.flush()
    if changes:
        work.publish(ScanProfileSet(record_id=profile.id, changes=changes))
    return profile
