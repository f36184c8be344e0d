"""/retention: rules and periods, holds, disposal lists."""

from fastapi import APIRouter

from retention.api import holds

router = APIRouter()
router.include_router(holds.router)
