"""How stacks fall into documents. A stack is written as one line: what lies in the feeder, sheet side by sheet side.

`a` is a written page, `.` a blank one, `|` Patch-T, `A B` separators with targets, `C D` cover sheets, `!` a sheet
with two codes, `X` a sheet of another batch, `?` a damaged code.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.recognition.results import MediaType
from ingest.splitting.looks import Code, FileLook, PageLook, Symbology
from ingest.splitting.payload import Announcement, SheetKind, write_payload
from ingest.splitting.rules import (
    Collation,
    Duplex,
    PageKind,
    Problem,
    SeparateBy,
    Separation,
    Split,
    StackFile,
    split,
)

BATCH = "7QK2M"
SAID = {
    "A": Announcement(SheetKind.SEPARATOR, "63.2-BA-2023/118"),
    "B": Announcement(SheetKind.SEPARATOR, "20-902-11/2022", document_class="Rechnung"),
    "C": Announcement(SheetKind.COVER, "10.2/024-11", document_class="Niederschrift", batch=BATCH),
    "D": Announcement(SheetKind.COVER, "50.4/4711/19 Kö", batch=BATCH),
    "X": Announcement(SheetKind.SEPARATOR, "32.3/887", batch="ALT99"),
}
CODES = {sign: (write_payload(said),) for sign, said in SAID.items()} | {
    "!": (write_payload(SAID["A"]), write_payload(SAID["B"])),
    "?": (write_payload(SAID["A"])[:-1] + "x",),
}
SIGNS = "a.|ABCDX!?"


def a_side(sign: str, frame: int) -> PageLook:
    codes = tuple(Code(Symbology.QR, text, 0.04, (0.5, 0.5)) for text in CODES.get(sign, ()))
    written = 1500 if sign in "at" else 0 if sign == "." else 60
    return PageLook(
        frame, codes=codes, patch_t=sign == "|", blank=sign == ".", characters=written, text_layer=sign == "t"
    )


def a_file(sides: str, name: str = "Stapel.tif", kind: MediaType = MediaType.TIFF) -> StackFile:
    return StackFile(name, FileLook(kind, tuple(a_side(sign, frame) for frame, sign in enumerate(sides, 1))))


def single_images(sides: str, name: str = "scan{:04}.jpg") -> list[StackFile]:
    return [a_file(side, name.format(number), MediaType.JPEG) for number, side in enumerate(sides, 1)]


def documents(result: Split) -> list[list[int]]:
    assert result.reconciles
    return [list(document.pages) for document in result.documents]


def targets(result: Split) -> list[str | None]:
    return [document.announcement and document.announcement.reference for document in result.documents]


AUTO = Separation(batch=BATCH)


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ("AaaBa", [[2, 3], [5]]),
        ("|aa|a", [[2, 3], [5]]),
        ("aaAaa", [[1, 2], [4, 5]]),
        ("A.aa.B.a.", [[3, 4], [8]]),
        ("Aa.aBa", [[2, 4], [6]]),
        ("aaa", [[1, 2, 3]]),
        ("aa.a.aaa", [[1, 2], [4], [6, 7, 8]]),
        (".a..a.", [[2], [5]]),
        ("...", []),
        ("AB", []),
    ],
)
def test_a_stack_falls_into_documents(sides: str, expected: list[list[int]]) -> None:
    assert documents(split([a_file(sides)], AUTO)) == expected


def test_a_separator_speaks_for_one_document_and_a_cover_for_all_up_to_the_next() -> None:
    result = split([a_file("Ca|aAa|aDa|a")], AUTO)
    c, a, d = (SAID[sign].reference for sign in "CAD")
    assert targets(result) == [c, c, a, c, d, d]
    classes = [document.announcement.document_class for document in result.documents if document.announcement]
    assert classes == ["Niederschrift", "Niederschrift", None, "Niederschrift", None, None]


def test_a_cover_reaches_over_the_following_files() -> None:
    stack = [a_file("Ca"), a_file("aa", "Brief.pdf", MediaType.PDF), StackFile("Vermerk.docx")]
    assert targets(split(stack, AUTO)) == [SAID["C"].reference] * 3


def test_a_separator_does_not_reach_into_a_file_that_has_nothing_to_do_with_it() -> None:
    result = split([a_file("AaB"), a_file("aa", "Brief.pdf", MediaType.PDF)], AUTO)
    assert targets(result) == [SAID["A"].reference, None]
    assert [(remark.n, remark.code) for remark in result.remarks] == [(3, "separator-without-pages")]


def test_a_separator_alone_in_its_file_speaks_for_the_next_file() -> None:
    assert targets(split([a_file("A.", "1.pdf"), a_file("aa", "Brief.pdf")], AUTO)) == [SAID["A"].reference]


def test_two_separators_in_a_row_are_reported_and_make_no_empty_document() -> None:
    result = split([a_file("ABaB")], AUTO)
    assert targets(result) == [SAID["B"].reference]
    assert [(remark.n, remark.code) for remark in result.remarks] == [
        (1, "separator-without-pages"),
        (4, "separator-without-pages"),
    ]


def test_a_cover_without_documents_is_reported() -> None:
    result = split([a_file("CDa")], AUTO)
    assert [(remark.n, remark.code) for remark in result.remarks] == [(1, "cover-without-documents")]


@pytest.mark.parametrize(
    ("sides", "problem"),
    [("!a", Problem.TWO_CODES), ("Xa", Problem.FOREIGN_BATCH), ("?a", Problem.DAMAGED_CODE)],
)
def test_a_document_behind_a_doubtful_sheet_waits_and_the_others_go_on(sides: str, problem: Problem) -> None:
    result = split([a_file("C" + sides + "Ba")], AUTO)
    assert [document.problem for document in result.documents] == [problem, None]
    if problem is not Problem.FOREIGN_BATCH:
        assert targets(result)[0] is None


def test_documents_behind_a_cover_of_another_batch_wait_unless_they_name_their_own_target() -> None:
    result = split([a_file("Ca|aAa")], Separation(batch="NEU01"))
    assert [document.problem for document in result.documents] == [Problem.FOREIGN_BATCH, Problem.FOREIGN_BATCH, None]


def test_images_a_scanner_counted_are_one_document_until_something_separates() -> None:
    assert documents(split(single_images("aaaa"), AUTO)) == [[1, 2, 3, 4]]
    assert documents(split(single_images("aaAaa"), AUTO)) == [[1, 2], [4, 5]]
    assert documents(split(single_images("aaa", "Scan_{}.jpg"), AUTO)) == [[1, 2, 3]]


def test_images_people_named_are_documents_of_their_own() -> None:
    stack = [a_file("a", f"Quittung 00441{number}.png", MediaType.PNG) for number in (8, 9)]
    assert documents(split(stack, AUTO)) == [[1], [2]]


@pytest.mark.parametrize(
    "name",
    [
        "Altakten_Karton17_{:04}.tif",
        "S-2026-00017_{:04}.tif",
        "63_Bauakten_{:03}.jpg",
        "Müller, Eva {:02}.png",
        "Scan ({}).jpg",
        "IMG_47{:02}.jpg",
        "20240112_1130{:02}.jpg",
    ],
)
def test_a_scanner_that_was_given_a_name_still_makes_one_run_of_a_stack(name: str) -> None:
    assert documents(split(single_images("aaaaaa", name), AUTO)) == [[1, 2, 3, 4, 5, 6]]
    assert documents(split(single_images("aa.aaa", name), AUTO)) == [[1, 2], [4, 5, 6]]
    coded = split(single_images("AaaBaa", name), AUTO)
    assert documents(coded) == [[2, 3], [5, 6]]
    assert targets(coded) == ["63.2-BA-2023/118", "20-902-11/2022"]


@pytest.mark.parametrize("name", ["Akte {}.jpg", "Karton_17{}.tif", "Quittung 00441{}.png"])
def test_sheets_among_images_say_that_a_scanner_counted_them_whatever_their_name(name: str) -> None:
    coded = split(single_images("AaaBaa", name), AUTO)
    assert documents(coded) == [[2, 3], [5, 6]]
    assert targets(coded) == ["63.2-BA-2023/118", "20-902-11/2022"]
    assert documents(split(single_images("aa.aaa", name), Separation(by=SeparateBy.BLANK))) == [[1, 2], [4, 5, 6]]


@pytest.mark.parametrize(
    ("name", "sides"),
    [
        ("Bescheid {}.jpg", "a"),
        ("Quittung 00441{}.png", "a"),
        ("Rechnung_2024_1{}.tif", "a"),
        ("Bescheid {}.pdf", "a"),
        ("Karton17_{:04}.pdf", "a"),
        ("Karton17_{:04}.tif", "aa"),
        ("Scan{:04}.pdf", "aa"),
    ],
)
def test_files_people_named_or_that_hold_pages_stay_documents_of_their_own(name: str, sides: str) -> None:
    media_type = kinds[name.rsplit(".", 1)[1]]
    result = split([a_file(sides, name.format(number), media_type) for number in range(1, 6)], AUTO)
    assert [document.whole_file for document in result.documents] == [0, 1, 2, 3, 4]


def test_a_series_that_begins_later_is_judged_by_its_own_first_name() -> None:
    stack = [*single_images("aaa", "Karton17_{:04}.tif"), *single_images("aaa", "Bescheid {}.jpg")]
    assert documents(split(stack, AUTO)) == [[1, 2, 3], [4], [5], [6]]


def test_files_with_several_pages_are_documents_of_their_own_even_when_counted() -> None:
    stack = [a_file("aa", f"scan{number}.pdf", MediaType.PDF) for number in (1, 2)]
    result = split(stack, AUTO)
    assert documents(result) == [[1, 2], [3, 4]]
    assert [document.whole_file for document in result.documents] == [0, 1]


def test_a_born_digital_file_stays_as_it_is() -> None:
    result = split([a_file("t.t", "Bescheid.pdf", MediaType.PDF)], AUTO)
    assert documents(result) == [[1, 2, 3]]
    assert result.documents[0].whole_file == 0


def test_born_digital_pages_between_separators_belong_to_their_documents() -> None:
    assert documents(split([a_file("AtttBaa", "gemischt.pdf", MediaType.PDF)], AUTO)) == [[2, 3, 4], [6, 7]]


def test_office_files_are_documents_without_images() -> None:
    result = split([a_file("aa"), StackFile("Vermerk.docx"), StackFile("Liste.xlsx")], AUTO)
    assert documents(result) == [[1, 2], [], []]
    assert [document.whole_file for document in result.documents] == [0, 1, 2]


def test_a_duplicate_is_counted_and_filed_nowhere() -> None:
    copy = StackFile("Kopie.tif", a_file("Aaa").look, duplicate_of="Stapel.tif")
    result = split([a_file("Aaa"), copy, a_file("a", "b.tif")], AUTO)
    assert documents(result) == [[2, 3], [7]]
    assert result.count(PageKind.REJECTED) == 3


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (Separation(SeparateBy.CODES), [[2, 4], [6]]),
        (Separation(SeparateBy.BLANK), [[1, 2], [4, 5, 6]]),
        (Separation(SeparateBy.FILE), [[2, 4, 6]]),
        (Separation(SeparateBy.NONE), [[1, 2, 3, 4, 5, 6]]),
    ],
)
def test_a_profile_says_what_separates(how: Separation, expected: list[list[int]]) -> None:
    assert documents(split([a_file("Aa.aBa")], how)) == expected


def test_where_files_are_documents_two_targets_in_one_file_wait() -> None:
    assert split([a_file("AaBa")], Separation(SeparateBy.FILE)).documents[0].problem is Problem.TWO_CODES


def test_in_a_duplex_scan_only_a_sheet_blank_on_both_sides_separates() -> None:
    how = Separation(duplex=Duplex.YES)
    assert documents(split([a_file("a.aa..a.")], how)) == [[1, 3, 4], [7]]


def test_blanks_that_could_be_backs_make_the_documents_wait() -> None:
    stack = [a_file("a.aaa.")]
    assert {document.problem for document in split(stack, AUTO).documents} == {Problem.UNCLEAR_BLANKS}
    assert {document.problem for document in split(stack, Separation(duplex=Duplex.NO)).documents} == {None}
    assert documents(split(stack, Separation(duplex=Duplex.YES))) == [[1, 3, 4, 5]]


def test_a_file_without_sheets_among_coded_ones_waits_when_its_blanks_may_have_separated() -> None:
    result = split([a_file("Aa"), a_file("aa.aa", "Altakte.tif")], AUTO)
    assert [document.problem for document in result.documents] == [None, Problem.UNCLEAR_BLANKS]


def test_fronts_and_backs_of_a_simplex_scanner_come_together() -> None:
    fronts, backs, turned = a_file("Aaa", "1.tif"), a_file(".a.", "2.tif"), a_file(".a.", "2.tif")
    same = Separation(collation=Collation.ODD_EVEN_SAME_ORDER)
    assert documents(split([fronts, backs], same)) == [[2, 5, 3]]
    reversed_ = Separation(collation=Collation.ODD_EVEN_REVERSED)
    assert documents(split([a_file("aa", "1.tif"), a_file("aa", "2.tif")], reversed_)) == [[1, 4, 2, 3]]
    assert documents(split([a_file("aaaa")], reversed_)) == [[1, 4, 2, 3]]
    assert documents(split(single_images("aaaa"), same)) == [[1, 3, 2, 4]]
    assert split([fronts, turned], same).reconciles


@pytest.mark.parametrize(
    ("fronts", "backs"), [("front{:03}.jpg", "back{:03}.jpg"), ("Karton 5 a{}.tif", "Karton 5 b{}.tif")]
)
def test_single_images_of_fronts_and_backs_come_together(fronts: str, backs: str) -> None:
    stack = [*single_images("aaa", fronts), *single_images("aaa", backs)]
    assert documents(split(stack, Separation(collation=Collation.ODD_EVEN_REVERSED))) == [[1, 6, 2, 5, 3, 4]]


def test_backs_that_the_alphabet_put_first_are_still_backs() -> None:
    stack = [*single_images("aaa", "back{:03}.jpg"), *single_images("aaa", "front{:03}.jpg")]
    assert documents(split(stack, Separation(collation=Collation.ODD_EVEN_SAME_ORDER))) == [[4, 1, 5, 2, 6, 3]]


def test_fronts_and_backs_that_do_not_match_wait() -> None:
    result = split([a_file("aaa", "1.tif"), a_file("aa", "2.tif")], Separation(collation=Collation.ODD_EVEN_SAME_ORDER))
    assert {document.problem for document in result.documents} == {Problem.SIDES_DIFFER}
    assert documents(result) == [[1, 2, 3, 4, 5]]


names = st.sampled_from(["scan{}.jpg", "Akte {}.tif", "{}.pdf", "Quittung 77{}.png"])
kinds = {"jpg": MediaType.JPEG, "tif": MediaType.TIFF, "pdf": MediaType.PDF, "png": MediaType.PNG}


@st.composite
def stacks(draw: st.DrawFn) -> list[StackFile]:
    files: list[StackFile] = []
    for number in range(draw(st.integers(0, 6))):
        name = draw(names).format(number)
        file = a_file(draw(st.text(SIGNS + "t", min_size=1, max_size=8)), name, kinds[name.rpartition(".")[2]])
        kind = draw(st.sampled_from(["scan", "scan", "scan", "office", "duplicate"]))
        if kind == "office":
            file = StackFile(f"{number}.docx")
        elif kind == "duplicate":
            file = StackFile(name, file.look, duplicate_of="früher.tif")
        files.append(file)
    return files


@given(
    stacks(),
    st.builds(
        Separation,
        by=st.sampled_from(SeparateBy),
        duplex=st.sampled_from(Duplex),
        collation=st.sampled_from(Collation),
        batch=st.sampled_from([None, BATCH]),
    ),
)
def test_every_image_ends_up_exactly_once_and_the_counts_reconcile(stack: list[StackFile], how: Separation) -> None:
    result = split(stack, how)
    images = sum(len(file.look.pages) for file in stack if file.look)
    assert result.reconciles
    assert sum(result.count(kind) for kind in PageKind) == len(result.pages) == images
    assert [document.number for document in result.documents] == list(range(1, len(result.documents) + 1))
    assert all(document.pages or document.whole_file is not None for document in result.documents)
    for document in result.documents:
        assert {page.document for page in result.pages if page.n in document.pages} <= {document.number}


@given(stacks(), st.booleans())
def test_written_pages_are_never_dropped(stack: list[StackFile], coded: bool) -> None:
    how = Separation(SeparateBy.CODES if coded else SeparateBy.AUTO)
    written = [side.characters > 1000 for file in stack if file.look for side in file.look.pages]
    for page, is_written in zip(split(stack, how).pages, written, strict=True):
        assert not is_written or page.kind in (PageKind.PAGE, PageKind.REJECTED)
