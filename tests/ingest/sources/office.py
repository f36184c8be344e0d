"""A scanning office: somebody who may scan, a dossier to scan into, and a look at what came of it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from eakte.foundation.storage import Storage
from eakte.foundation.work import House
from ingest.batches.models import Batch, BatchFile
from ingest.batches.rules import BatchState, FileState
from ingest.sources.definitions import Source
from ingest.sources.models import SourceDelivery
from ingest.sources.neighbours import neighbour_of
from ingest.sources.rules import DeliveryState
from ingest.sources.running import Intake


@dataclass
class ScanningOffice:
    """What stands in the database, as anybody would ask for it."""

    house: House
    login: str
    identity_id: UUID

    def take(self, source: Source, house: House | None = None) -> None:
        """Look once, as the worker does again and again."""
        house = house or self.house
        neighbour = neighbour_of(source, house.settings)
        try:
            # A stack without any patience is complete when it looks the same a second time.
            Intake(house, source, neighbour).take_all()
        finally:
            neighbour.close()

    def batches(self, state: BatchState | None = None) -> list[Batch]:
        with self.house.sessions() as session:
            batches = session.scalars(select(Batch).order_by(Batch.id)).all()
        return [batch for batch in batches if state is None or batch.state is state]

    def files(self, batch: Batch | None = None) -> list[BatchFile]:
        """The raw scans that are kept, without those that came twice."""
        with self.house.sessions() as session:
            files = session.scalars(select(BatchFile).order_by(BatchFile.id)).all()
        return [
            file
            for file in files
            if file.state is not FileState.DUPLICATE and (batch is None or file.batch_id == batch.id)
        ]

    def contents(self, batch: Batch | None = None) -> list[bytes]:
        storage: Storage = self.house.storage
        return [
            storage.read(f"renditions/{file.object_id}", file.digest)
            for file in self.files(batch)
            if file.object_id is not None
        ]

    def deliveries(self) -> list[SourceDelivery]:
        with self.house.sessions() as session:
            return list(session.scalars(select(SourceDelivery).order_by(SourceDelivery.id)))

    def is_settled(self) -> bool:
        return all(delivery.state is DeliveryState.SETTLED for delivery in self.deliveries())
