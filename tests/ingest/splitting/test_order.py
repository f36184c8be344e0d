"""File names as scanners and people write them."""

import pytest

from ingest.splitting.order import counted_by_scanner, follows, in_natural_order, shows_backs_before_fronts


def test_files_are_in_the_order_people_read() -> None:
    names = ["Scan_13.jpg", "Scan_8.jpg", "Scan_9.jpg", "scan_10.jpg", "Äpfel.pdf", "Birnen.pdf", "b/1.tif", "a/2.tif"]
    assert in_natural_order(names) == [
        "a/2.tif",
        "Äpfel.pdf",
        "b/1.tif",
        "Birnen.pdf",
        "Scan_8.jpg",
        "Scan_9.jpg",
        "scan_10.jpg",
        "Scan_13.jpg",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("scan0001.jpg", "scan0002.jpg"),
        ("Scan_8.jpg", "Scan_13.JPG"),
        ("b/IMG 9.png", "b/IMG 10.png"),
        ("1.tif", "2.tif"),
    ],
)
def test_a_scanner_counts_on_and_gaps_do_not_matter(before: str, after: str) -> None:
    assert follows(before, after)
    assert counted_by_scanner(before)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("scan0001.jpg", "scan0002.png"),
        ("a/scan1.jpg", "b/scan2.jpg"),
        ("scan2.jpg", "scan1.jpg"),
        ("Quittung.png", "Quittung 2.png"),
        ("Quittung 004418 (Kopie).png", "Quittung 004418.png"),
        ("Karton 01.jpg", "Karton 2024.jpg"),
    ],
)
def test_other_names_are_no_series(before: str, after: str) -> None:
    assert not follows(before, after)


def test_numbers_people_gave_are_no_scanners_count() -> None:
    assert not counted_by_scanner("Quittung 004418.png")
    assert not counted_by_scanner("Rechnung 2024-0815.jpg")
    assert not counted_by_scanner("Bescheid 1.jpg")
    assert counted_by_scanner("20240112_113005.jpg")
    assert counted_by_scanner("Akte Müller 01.jpg")


@pytest.mark.parametrize(
    ("first", "second", "backs_first"),
    [
        ("back001.jpg", "front001.jpg", True),
        ("Karton7_Rückseite_01.tif", "Karton7_Vorderseite_01.tif", True),
        ("even 1.tif", "odd 1.tif", True),
        ("gerade.tif", "ungerade.tif", True),
        ("front001.jpg", "back001.jpg", False),
        ("a001.jpg", "b001.jpg", False),
        ("Feedback001.jpg", "front001.jpg", False),
    ],
)
def test_the_names_of_two_sides_say_which_is_the_front(first: str, second: str, backs_first: bool) -> None:
    assert shows_backs_before_fronts(first, second) is backs_first
