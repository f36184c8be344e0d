"""Whatever is killed whenever during an ingest: nothing is lost, and nothing is filed twice."""

import hashlib
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select, text

from eakte.audit.service import verify_audit
from eakte.documents.models import Document, DocumentVersion, Rendition, RenditionKind
from eakte.records.models import Case
from ingest.models import IngestItem
from ingest.rules import ItemState
from tests.support.installation import EAKTE, Installation, json_lines, until
from tests.support.leftovers import unexplained
from tests.support.scans import write_scans


@dataclass(frozen=True)
class Scale:
    """How many files, and how many kills: while files still arrive, and while they are recognised and filed.

    At so many of the moments both die; `left` files are still to be filed at the last one.
    """

    files: int
    upload_moments: int
    filing_moments: int
    both: int
    left: int

    @property
    def kills(self) -> int:
        return self.upload_moments + self.filing_moments + self.both


FIFTY_FILES_TWENTY_KILLS = Scale(files=50, upload_moments=4, filing_moments=12, both=4, left=12)
# Each kill costs the start of a process, which is dear on the machines that run everything.
SHORT = Scale(files=15, upload_moments=2, filing_moments=3, both=1, left=4)


def test_files_survive_kills(running: Installation, tmp_path: Path) -> None:
    kill_during_ingest(running, tmp_path, SHORT, seed=random.randrange(1 << 32))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_fifty_files_survive_twenty_kills(running: Installation, tmp_path: Path, seed: int) -> None:
    kill_during_ingest(running, tmp_path, FIFTY_FILES_TWENTY_KILLS, seed=seed)


def kill_during_ingest(running: Installation, tmp_path: Path, scale: Scale, *, seed: int) -> None:
    """Ingest as a user does while API and worker die at moments that spread over the whole way."""
    chance = random.Random(seed)
    sys.stdout.write(f"seed {seed}\n")
    paths = write_scans(tmp_path / "in", scale.files)
    sent = {hashlib.sha256(path.read_bytes()).hexdigest(): path.name for path in paths}
    command = [*EAKTE, "ingest", str(tmp_path / "in"), "--into", running.new_dossier(), "--wait", "--json"]
    with (tmp_path / "out").open("w+") as out, (tmp_path / "err").open("w+") as err:
        user = subprocess.Popen(command, env={**os.environ, **running.environment}, stdout=out, stderr=err)
        try:
            killed = kill_now_and_then(running, chance, user, scale)
            user.wait(240)
        finally:
            user.kill()
            user.wait()
        out.seek(0)
        err.seek(0)
        lines, complaints = json_lines(out.read()), err.read()
    sys.stdout.write(f"killed {dict(killed)}\n{complaints}\n")

    assert user.returncode == 0, complaints
    assert killed.total() >= scale.kills
    assert Counter(line["state"] for line in lines) == {"filed": scale.files}
    assert len({line["document"] for line in lines}) == scale.files
    running.wait_for_index()
    nothing_is_lost(running, sent)


def kill_now_and_then(
    running: Installation, chance: random.Random, user: "subprocess.Popen[bytes]", scale: Scale
) -> "Counter[str]":
    """Kill when so many files have arrived, then when so many are filed, each time a random instant later.

    At some moments both die, as when the machine does. At the moments of filing it is always whoever files: were it
    the API alone, the filing would go on while the API comes back, on a slow machine past the last moments.
    """
    # The first file has come: before that, whoever begins is told that the server is away.
    arriving = sorted(chance.sample(range(1, scale.files - 5), scale.upload_moments))
    filing = sorted(chance.sample(range(scale.files - scale.left), scale.filing_moments))
    moments = [(None, number) for number in arriving] + [(ItemState.FILED, number) for number in filing]
    both = chance.sample(moments, scale.both)
    killed: Counter[str] = Counter()
    for moment in moments:
        until(lambda moment=moment: user.poll() is not None or reached(running, *moment), "progress", timeout_s=200)
        if user.poll() is not None:
            break
        if moment in both:
            victims = [running.api, running.worker]
        elif moment[0] is ItemState.FILED:
            victims = [running.worker]
        else:
            victims = [chance.choice([running.api, running.worker])]
        for victim in victims:
            running.wait_for(victim)
        threading.Event().wait(chance.uniform(0, 1))
        for victim in victims:
            running.kill(victim)
            killed[victim.name] += 1
    return killed


def reached(running: Installation, state: ItemState | None, number: int) -> bool:
    with running.house.sessions() as session:
        states = session.scalars(select(IngestItem.state)).all()
    return len([one for one in states if state is None or one is state]) >= number


def nothing_is_lost(running: Installation, sent: dict[str, str]) -> None:
    """Every file once, its bytes unchanged, rows and objects for each other, no number skipped, the audit whole."""
    house = running.house
    with house.begin() as work:
        items = work.session.scalars(select(IngestItem)).all()
        originals = work.session.scalars(select(Rendition).where(Rendition.kind == RenditionKind.ORIGINAL)).all()
        versions = work.session.scalars(select(DocumentVersion)).all()
        documents = work.session.scalars(select(Document)).all()
        cases = work.session.scalars(select(Case)).all()
        flaws = list(verify_audit(work))
        given_up = work.session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'"))

    assert sorted(item.sha256 for item in items) == sorted(sent)
    assert sorted(original.sha256 for original in originals) == sorted(sent)
    for original in originals:
        stored = house.storage.read(original.key, original.digest)
        assert hashlib.sha256(stored).hexdigest() in sent
    assert len(versions) == len(documents) == len(sent)
    assert [case.number for case in cases] == [1]
    assert sorted(document.number for document in documents) == list(range(1, len(sent) + 1))
    assert flaws == []
    assert given_up == 0
    assert unexplained(house, sent) == []
