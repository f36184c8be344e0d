"""LibreOffice, where it is installed, lays office files out. Runs inside the sandbox, as a child of its child.

Each conversion has a profile of its own, in which macros are off and nothing outside the file is loaded.
"""

import json
import os
import subprocess
from pathlib import Path

from ingest.recognition.results import MediaType

_IN_TIME, _AT_MOST_S = 0.9, 300.0
_WRITER, _CALC, _IMPRESS = "writer_pdf_Export", "calc_pdf_Export", "impress_pdf_Export"
_FILTERS = {
    MediaType.XLSX: _CALC,
    MediaType.XLS: _CALC,
    MediaType.ODS: _CALC,
    MediaType.PPTX: _IMPRESS,
    MediaType.PPT: _IMPRESS,
    MediaType.ODP: _IMPRESS,
}
_OPTIONS = {
    "SelectPdfVersion": {"type": "long", "value": "2"},
    "ExportNotes": {"type": "boolean", "value": "true"},
    "ExportFormFields": {"type": "boolean", "value": "false"},
}
_SCRIPTING = "/org.openoffice.Office.Common/Security/Scripting"
_CALC_LINKS, _WRITER_LINKS = (
    "/org.openoffice.Office.Calc/Content/Update",
    "/org.openoffice.Office.Writer/Content/Update",
)
# Source: officecfg schemas Common.xcs, Calc.xcs, Writer.xcs of LibreOffice 7.4.
_PROFILE = (
    (_SCRIPTING, "MacroSecurityLevel", "3"),
    (_SCRIPTING, "DisableMacrosExecution", "true"),
    (_SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    (_SCRIPTING, "DisableActiveContent", "true"),
    (_SCRIPTING, "DisableOLEAutomation", "true"),
    (_CALC_LINKS, "Link", "1"),
    (_WRITER_LINKS, "Link", "0"),
)
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry"'
    ' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
)


def lay_out(source: Path, kind: MediaType, workdir: Path, program: Path, *, timeout_s: float) -> Path | None:
    """An office file as PDF in `workdir`, or None when LibreOffice did not get through it."""
    named, profile = workdir / f"layout{kind.suffix}", workdir / "profile"
    named.symlink_to(source)
    _write_profile(profile)
    options = json.dumps(_OPTIONS, separators=(",", ":"))
    command = [
        *(str(program), "--headless", "--invisible", "--norestore", "--nolockcheck", "--nodefault", "--nologo"),
        f"-env:UserInstallation={profile.as_uri()}",
        *("--convert-to", f"pdf:{_FILTERS.get(kind, _WRITER)}:{options}", "--outdir", str(workdir), str(named)),
    ]
    try:
        subprocess.run(  # noqa: S603  the program is the operator's choice, the rest is ours
            command,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=min(timeout_s * _IN_TIME, _AT_MOST_S),
            cwd=workdir,
            env={"HOME": str(workdir), "PATH": os.defpath, "LC_ALL": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"},
        )
    except (subprocess.TimeoutExpired, OSError):
        return None
    target = workdir / "layout.pdf"
    return target if target.exists() and target.stat().st_size > 0 else None


def _write_profile(profile: Path) -> None:
    (profile / "user").mkdir(parents=True)
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
        for path, name, value in _PROFILE
    )
    (profile / "user" / "registrymodifications.xcu").write_text(f"{_HEAD}{items}</oor:items>\n", encoding="utf-8")
