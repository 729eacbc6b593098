"""``shadowtest provider-template``: the two files, which are always the same."""

import hashlib
import os
import shutil
import zipfile
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from inference_experiment_asset.files import asset_files
from sagemaker_inference_experiment._asset import collect
from shadowtest.provider_template import command
from shadowtest.provider_template.archive import archived
from tests.support.command_line import CommandLine


def test_it_writes_the_template_and_the_code(shadowtest: CommandLine) -> None:
    done = shadowtest("provider-template", "--out", "made/for/this")

    assert (done.code, done.err) == (0, "")
    assert done.lines == ["made/for/this/template.yaml", "made/for/this/function.zip"]
    folder = shadowtest.folder / "made" / "for" / "this"
    assert (folder / "template.yaml").read_bytes() == command.TEMPLATE.read_bytes()


def test_the_code_is_the_constructs_asset(shadowtest: CommandLine) -> None:
    asset, unpacked = shadowtest.folder / "asset", shadowtest.folder / "unpacked"
    asset.mkdir()
    collect(asset)

    shadowtest("provider-template", "--out", "out")

    with zipfile.ZipFile(shadowtest.folder / "out" / "function.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(unpacked)
    assert contents(unpacked) == contents(asset)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_bytes_depend_on_nothing_but_the_files(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    shadowtest("provider-template", "--out", "here")
    # With another folder, time, mode and order of files.
    files = {}
    for name, source in reversed(asset_files().items()):
        files[name] = shadowtest.folder / "elsewhere" / name
        files[name].parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, files[name])
        os.utime(files[name], (2_000_000_000, 2_000_000_000))
        files[name].chmod(0o600)
    monkeypatch.setattr(command, "asset_files", lambda: files)

    before = os.umask(0o077)
    try:
        shadowtest("provider-template", "--out", "there")
    finally:
        os.umask(before)

    assert contents(shadowtest.folder / "here") == contents(shadowtest.folder / "there")


def test_every_python_makes_the_same_archive() -> None:
    archive = archived({"b/module.py": b"B = 1\n", "a.py": b""})

    # A literal: a release of Python that writes other bytes fails here.
    assert hashlib.sha256(archive).hexdigest() == "2394923c118ab1a23a7d430253442e557cb4ce689a536c391d084fb050626727"


def test_lambda_may_read_each_file_and_its_time_is_fixed(shadowtest: CommandLine) -> None:
    shadowtest("provider-template", "--out", "out")

    with zipfile.ZipFile(shadowtest.folder / "out" / "function.zip") as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == list(asset_files())
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}


def test_both_files_are_replaced_and_others_stay(shadowtest: CommandLine) -> None:
    for name in ("template.yaml", "function.zip", "notes.txt"):
        shadowtest.write(f"out/{name}", "old")

    assert shadowtest("provider-template", "--out", "out").code == 0

    assert (shadowtest.folder / "out" / "notes.txt").read_text() == "old"
    assert (shadowtest.folder / "out" / "template.yaml").read_bytes() == command.TEMPLATE.read_bytes()
    assert zipfile.is_zipfile(shadowtest.folder / "out" / "function.zip")


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("file", "file is a file, but must be a folder"),
        ("file/below", "file/below can't be created: Not a directory"),
        ("taken", "taken/function.zip can't be written: Is a directory"),
    ],
)
def test_where_it_can_not_write_it_says_so(shadowtest: CommandLine, out: str, said: str) -> None:
    shadowtest.write("file", "")
    shadowtest.write("taken/function.zip/something", "")

    done = shadowtest("provider-template", "--out", out)

    assert (done.code, done.out, done.err) == (1, "", f"error: {said}\n")


def test_a_folder_has_to_be_named(shadowtest: CommandLine) -> None:
    done = shadowtest("provider-template")

    assert (done.code, done.err) == (
        1,
        "error: Missing option '--out' ('shadowtest provider-template --help' shows how to call it)\n",
    )


def test_without_a_part_of_the_function_it_says_what_is_missing(
    shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> dict[str, Path]:
        raise PackageNotFoundError("crhelper")

    monkeypatch.setattr(command, "asset_files", missing)

    done = shadowtest("provider-template", "--out", "out")

    assert done.code == 1
    assert done.err.startswith("error: No package metadata was found for crhelper: install")
    assert not (shadowtest.folder / "out").exists()
