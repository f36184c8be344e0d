"""One changed bit in one file of a scan product is found and named."""

import json

import pytest

from ingest.proof.errors import ManifestUnreadable
from ingest.proof.manifest import Deviation, FileRole, compare, list_product, read_manifest
from tests.ingest.proof.products import (
    BATCH,
    DOCUMENT,
    a_manifest,
    contents,
    listed,
    listed_all,
    with_bit_flipped,
)


def test_a_manifest_reads_as_it_was_written() -> None:
    assert read_manifest(a_manifest().to_bytes()) == a_manifest()


def test_the_order_of_files_makes_no_difference() -> None:
    assert list_product(BATCH, DOCUMENT, reversed(listed_all(contents()))) == a_manifest()


def test_an_unchanged_product_has_no_differences() -> None:
    assert compare(a_manifest(), listed_all(contents())) == []


@pytest.mark.parametrize("number", sorted(contents()))
def test_a_single_bit_of_any_file_counts(number: int) -> None:
    role, content = contents()[number]
    for position in range(0, len(content) * 8, 1 + len(content) // 100):
        found = contents() | {number: (role, with_bit_flipped(content, position))}
        (difference,) = compare(a_manifest(), listed_all(found))
        assert (difference.deviation, difference.object_id.int) == (Deviation.CHANGED, number)
        assert role.german in difference.german


def test_a_missing_and_an_added_file_are_named() -> None:
    found = [file for file in listed_all(contents()) if file.role is not FileRole.RAW_SCAN]
    found.append(listed(99, FileRole.PREVIEW, b"slipped in"))
    assert [(each.deviation, each.object_id.int) for each in compare(a_manifest(), found)] == [
        (Deviation.MISSING, 11),
        (Deviation.EXTRA, 99),
    ]


def test_a_file_in_another_role_counts_as_changed() -> None:
    found = contents() | {10: (FileRole.PREVIEW, contents()[10][1])}
    assert [each.deviation for each in compare(a_manifest(), listed_all(found))] == [Deviation.CHANGED]


def test_a_file_listed_twice_is_no_manifest() -> None:
    content = json.loads(a_manifest().to_bytes())
    content["files"].append(content["files"][0])
    with pytest.raises(ManifestUnreadable):
        read_manifest(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())


def test_no_single_bit_of_a_manifest_can_change_without_changing_what_it_says() -> None:
    data = a_manifest().to_bytes()
    for position in range(0, len(data) * 8, 7):
        try:
            assert read_manifest(with_bit_flipped(data, position)) != a_manifest()
        except ManifestUnreadable:
            continue
