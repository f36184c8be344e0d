"""/retention: rules and periods, holds, disposal lists."""

from fastapi import APIRouter

from retention.api import exchange, holds, lists, periods, rules

router = APIRouter()
router.include_router(holds.router)
router.include_router(exchange.router)
router.include_router(lists.router)
router.include_router(rules.router)
router.include_router(periods.router)
