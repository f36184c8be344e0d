"""What the code on a sheet says, as we write it and as others do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.splitting.payload import Announcement, SheetKind, completed, is_own, merged, read_payload, write_payload

words = st.text(min_size=1, max_size=40).filter(lambda text: text == text.strip())
announcements = st.builds(
    Announcement,
    kind=st.sampled_from(SheetKind),
    reference=st.none() | words,
    case=st.none() | words,
    document_class=st.none() | words,
    batch=st.none() | words,
)
SEPARATOR = Announcement(SheetKind.SEPARATOR, reference="63.2-BA-2023/118")


@given(announcements)
def test_what_a_sheet_is_printed_with_is_what_its_code_says(said: Announcement) -> None:
    text = write_payload(said)
    assert text.isascii()
    assert read_payload(text) == said


@given(announcements, st.data())
def test_a_code_of_ours_with_one_wrong_character_is_damaged(said: Announcement, data: st.DataObject) -> None:
    text = write_payload(said)
    place = data.draw(st.integers(4, len(text) - 1))
    wrong = text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :]
    read = read_payload(wrong)
    assert read is not None
    assert read.damaged
    assert not read.names_target


def test_a_version_we_do_not_know_is_damaged_and_not_guessed() -> None:
    read = read_payload(write_payload(SEPARATOR).replace("EA1;", "EA2;"))
    assert read is not None
    assert read.damaged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "EAKTE;AZ=50.4/4711/19 Kö;VG=V-2019-004711;TYP=Antrag",
            Announcement(SheetKind.SEPARATOR, "50.4/4711/19 Kö", "V-2019-004711", "Antrag"),
        ),
        ("EAKTE;AZ=10.2/024-11#0003", Announcement(SheetKind.SEPARATOR, "10.2/024-11#0003")),
        ("eakte; az = 20-902 ; vg= ;typ=", Announcement(SheetKind.SEPARATOR, "20-902")),
        ("PATCHT", Announcement(SheetKind.PATCH)),
        ("Patch T", Announcement(SheetKind.PATCH)),
    ],
)
def test_sheets_of_other_programs_are_read(text: str, expected: Announcement) -> None:
    assert read_payload(text) == expected
    assert not is_own(text)


@pytest.mark.parametrize("text", ["BCD\n002\n1\nSCT", "63.2-BA-2023/118", "5110077424", "https://example.org/EA1;", ""])
def test_other_codes_are_no_announcement(text: str) -> None:
    assert read_payload(text) is None


def test_two_codes_of_one_sheet_complete_each_other() -> None:
    line = Announcement(SheetKind.SEPARATOR, "63.2-BA-2023/118", batch="7QK2M")
    square = Announcement(SheetKind.SEPARATOR, "63.2-BA-2023/118", document_class="Bescheid")
    assert merged(line, square) == Announcement(
        SheetKind.SEPARATOR, "63.2-BA-2023/118", document_class="Bescheid", batch="7QK2M"
    )


def test_two_codes_with_different_targets_contradict_each_other() -> None:
    assert merged(SEPARATOR, Announcement(SheetKind.SEPARATOR, "20-902-11/2022")) is None


def test_a_cover_and_a_separator_in_one_contradict_each_other() -> None:
    assert merged(SEPARATOR, Announcement(SheetKind.COVER, "63.2-BA-2023/118")) is None


def test_a_separator_without_target_belongs_to_the_cover_before_it() -> None:
    cover = Announcement(SheetKind.COVER, "10.2/024", "V-1", "Niederschrift")
    assert completed(Announcement(SheetKind.PATCH), cover).reference == "10.2/024"
    assert completed(Announcement(SheetKind.PATCH), cover).document_class == "Niederschrift"
    assert completed(SEPARATOR, cover) == SEPARATOR
