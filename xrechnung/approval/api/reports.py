"""/reports/invoices (Kennzahlen): how long, how much, how many; by step and unit, never by person."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response

from eakte.foundation.http import ApiRoute, Shape, Work
from xrechnung.approval.adapters.report_csv import report_as_csv
from xrechnung.approval.queries.names import unit_names_of
from xrechnung.approval.schemas.reports import (
    BacklogShape,
    CycleTimeShape,
    RefusalsShape,
    RefusedByShape,
    ReportShape,
    SkontoFigureShape,
)
from xrechnung.approval.service import figures
from xrechnung.approval.service.figures import Span

router = APIRouter(tags=["Kennzahlen"], route_class=ApiRoute)

RowT = TypeVar("RowT", bound=Shape)
_TEXT = {"schema": {"type": "string"}}
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": _TEXT}}}
Accept = Annotated[str, Header(description="text/csv für eine Tabelle")]
Unit = Annotated[UUID | None, Query(description="Nur diese Stelle mit allen darunter")]


def asked_span(
    first: Annotated[date | None, Query(alias="from", description="Erster Tag")] = None,
    last: Annotated[date | None, Query(alias="until", description="Letzter Tag, eingeschlossen")] = None,
    unit: Unit = None,
) -> Span:
    return Span(first, last, unit)


Asked = Annotated[Span, Depends(asked_span)]


@router.get(
    "/reports/invoices/cycle-times",
    summary="Durchlaufzeiten je Schritt und Stelle",
    response_model=ReportShape[CycleTimeShape],
    responses=_CSV,
)
def read_cycle_times(work: Work, span: Asked, accept: Accept = "") -> Response | ReportShape[CycleTimeShape]:
    found = figures.cycle_times(work, span)
    names = unit_names_of(work.session, {one.unit_id for one in found})
    rows = [
        CycleTimeShape(
            unit_id=one.unit_id,
            unit=names.get(one.unit_id),
            step=one.step,
            invoices=one.invoices,
            median_hours=round(one.median, 2),
            p90_hours=round(one.p90, 2),
        )
        for one in found
    ]
    return _answer(CycleTimeShape, rows, accept)


@router.get(
    "/reports/invoices/skonto",
    summary="Gewonnenes und entgangenes Skonto je Stelle",
    response_model=ReportShape[SkontoFigureShape],
    responses=_CSV,
)
def read_skonto(work: Work, span: Asked, accept: Accept = "") -> Response | ReportShape[SkontoFigureShape]:
    found = figures.skonto(work, span)
    names = unit_names_of(work.session, {one.unit_id for one in found})
    rows = [
        SkontoFigureShape(
            unit_id=one.unit_id,
            unit=names.get(one.unit_id),
            currency=one.currency,
            orders=one.orders,
            taken=one.taken,
            share=round(one.taken / one.orders, 4),
            won=one.won,
            lost=one.lost,
        )
        for one in found
    ]
    return _answer(SkontoFigureShape, rows, accept)


@router.get(
    "/reports/invoices/backlog",
    summary="Was wartet, nach Alter, Schritt und Stelle",
    response_model=ReportShape[BacklogShape],
    responses=_CSV,
)
def read_backlog(work: Work, unit: Unit = None, accept: Accept = "") -> Response | ReportShape[BacklogShape]:
    found = figures.backlog(work, unit)
    names = unit_names_of(work.session, {one.unit_id for one in found})
    own = set(BacklogShape.model_fields) - {"unit"}
    rows = [BacklogShape(**{name: getattr(one, name) for name in own}, unit=names.get(one.unit_id)) for one in found]
    return _answer(BacklogShape, rows, accept)


@router.get(
    "/reports/invoices/refusals",
    summary="Was bei der formalen Prüfung beanstandet wird, nach Regeln",
    response_model=RefusalsShape,
    responses=_CSV,
)
def read_refusals(work: Work, span: Asked, accept: Accept = "") -> Response | RefusalsShape:
    found = figures.refusals(work, span)
    rows = [RefusedByShape(rule=one.rule, invoices=one.invoices) for one in found.rules]
    if "text/csv" in accept:
        return _table(RefusedByShape, rows)
    return RefusalsShape(checked=found.checked, refused=found.refused, items=rows)


def _answer(shape: type[RowT], rows: Sequence[RowT], accept: str) -> Response | ReportShape[RowT]:
    return _table(shape, rows) if "text/csv" in accept else ReportShape[RowT](items=list(rows))


def _table(shape: type[Shape], rows: Sequence[Shape]) -> Response:
    names = [str(field.alias) for field in shape.model_fields.values()]
    content = report_as_csv(names, [row.model_dump(mode="json", by_alias=True) for row in rows])
    return Response(content, media_type="text/csv", headers={"Vary": "Accept"})
