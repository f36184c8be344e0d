"""How an operator writes sources down."""

from pathlib import Path

import pytest

from ingest.sources.definitions import FolderSource, MailboxSource, PrefixSource, load_sources
from ingest.sources.errors import SourcesInvalid

SOURCES = """
[[source]]
key = "scanner-eg"
kind = "folder"
as_identity = "scanstelle"
path = "/srv/scans"
into = "63.10-2026/0001"
unit = "63"
shared = true

[[source]]
key = "ablage"
kind = "s3"
as_identity = "scanstelle"
endpoint = "https://s3.example.org"
bucket = "scans"
prefix = "eingang"
secret_key = "geheim"

[[source]]
key = "post"
kind = "imap"
as_identity = "poststelle"
host = "mail.example.org"
user = "posteingang"
password_file = "{password}"
"""


def test_folders_prefixes_and_mailboxes_are_told_apart(tmp_path: Path) -> None:
    password = tmp_path / "kennwort"
    password.write_text("geheim\n")
    path = tmp_path / "quellen.toml"
    path.write_text(SOURCES.format(password=password))
    folder, prefix, mailbox = load_sources(path)
    assert isinstance(folder, FolderSource)
    assert (folder.details.into, folder.details.unit, folder.shared) == ("63.10-2026/0001", "63", True)
    assert isinstance(prefix, PrefixSource)
    assert isinstance(mailbox, MailboxSource)
    assert mailbox.secret == "geheim"
    assert "geheim" not in repr(prefix)


def test_without_a_file_there_are_no_sources() -> None:
    assert load_sources(None) == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[[source", "quellen.toml"),
        ('[[source]]\nkey = "a"\nkind = "fax"\n', "kind"),
        ('[[source]]\nkey = "a"\nkind = "folder"\npath = "/srv"\n', "as_identity"),
        ('[[source]]\nkey = "a"\nkind = "folder"\nas_identity = "x"\npath = "/srv"\npaht = 1\n', "paht"),
        ('[[source]]\nkey = "a"\nkind = "folder"\nas_identity = "x"\npath = "/srv"\n' * 2, "mehrfach"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "quellen.toml"
    path.write_text(content)
    with pytest.raises(SourcesInvalid) as refused:
        load_sources(path)
    assert said in str(refused.value)
    assert "input_value" not in str(refused.value)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourcesInvalid, match="fehlt"):
        load_sources(tmp_path / "fehlt.toml")
