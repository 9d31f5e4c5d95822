"""Each format: a small file of it is recognised, and read as the comments that a reader of it saw."""

import gzip
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.commands.imports.formats import READERS, Format, format_of
from service.commands.imports.source_file import SourceFault, opened
from service.domain.imports.old_comment import OldComment, Reading
from service.domain.imports.source_comment import LeftOut, Omission

SAMPLES = Path(__file__).parent / "samples"
PAGE = "https://paper.example/library/"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


AS_IT_IS = Reading()


def read(file: Path, reading: Reading = AS_IT_IS, kind: Format | None = None) -> list[OldComment | LeftOut]:
    with opened(file) as source:
        return [reading.comment(each, now=NOW) for each in READERS[kind or Format(format_of(source))](source)]


def seen(comment: OldComment | LeftOut) -> tuple[str, ...] | LeftOut:
    """What a reader sees of a comment: id, thread, state, parent, minute, name, text."""
    if isinstance(comment, LeftOut):
        return comment
    draft, at = comment.draft, comment.draft.context.posted_at
    state = comment.state + ("!" if comment.decided else "")
    return comment.id, draft.thread.id, state, draft.parent, f"{at:%Y-%m-%d %H:%M}" if at else "", draft.author.name, draft.text


@pytest.mark.parametrize(
    ("sample", "kind", "comments"),
    [
        ("wxr.xml", Format.WXR, [
            ("102", PAGE, "approved", "", "2019-01-01 10:00", "Ben", 'On the library: "open".\nSee https://en.wikipedia.org/wiki/Pear'),
            ("103", PAGE, "approved!", "102", "2019-01-01 11:30", "Cay", "A reply with a bell  in it."),
            ("104", PAGE, "rejected!", "", "2019-01-02 10:00", "Goldie", "Cheap watches"),
            LeftOut.OTHER_KIND,
            ("106", "https://paper.example/trams/", "held", "99", "2019-01-03 10:00", "Dee", "Trams?"),
            LeftOut.NO_TEXT,
        ]),
        ("wordpress-rest.json", Format.WORDPRESS_REST, [
            ("1", PAGE, "approved", "", "2019-01-01 10:00", "Ben", "On the library."),
            ("2", PAGE, "held", "1", "2019-01-01 10:05", "Cay", "Yes – open it."),
            ("3", PAGE, "rejected!", "", "2019-01-01 10:06", "Goldie", "Cheap watches"),
        ]),
        ("disqus.xml", Format.DISQUS, [
            ("2", PAGE, "approved", "1", "2019-01-01 10:05", "Cay", "A reply before its parent.\n\nSecond paragraph."),
            ("1", PAGE, "approved", "", "2019-01-01 10:00", "Ben", "On the library. http://pears.example/a-long-address-of-a-page"),
            ("3", PAGE, "rejected!", "", "2019-01-01 10:06", "Goldie", "Cheap watches"),
            LeftOut.DELETED,
        ]),
        ("artrans.json", Format.ARTRANS, [
            ("1", PAGE, "approved", "", "2019-01-01 10:00", "Ben", "On the library."),
            ("2", PAGE, "held", "1", "2019-01-01 10:05", "Cay", "Yes, *open* it."),
        ]),
        ("remark42.jsonl", Format.REMARK42, [
            ("a1", PAGE, "approved", "", "2019-01-01 10:00", "Ben", "On the **library**."),
            ("a2", PAGE, "rejected!", "a1", "2019-01-01 10:05", "Goldie", "Cheap <watches>"),
            LeftOut.DELETED,
        ]),
        ("commento.json", Format.COMMENTO, [
            ("c1", PAGE, "approved", "", "2019-01-01 10:00", "Ben", "On the library."),
            ("c2", PAGE, "held", "c1", "2019-01-01 10:05", "", "Cheap watches"),
        ]),
        ("isso.json", Format.ISSO, [("1", "/library/", "approved", "", "2019-01-01 10:00", "Ben", "On the library.")]),
        ("mine.jsonl", Format.JSONL, [
            ("m1", "library", "approved", "", "2019-01-01 10:00", "Ben", "On the library."),
            ("m2", "library", "rejected!", "m1", "2019-01-01 10:05", "Goldie", "Cheap watches"),
            LeftOut.UNREADABLE,
        ]),
        ("mine.csv", Format.CSV, [
            ("m1", "library", "approved", "", "2019-01-01 10:00", "Ben", "=1+1; on\ntwo lines"),
            ("m2", "library", "rejected!", "m1", "2019-01-01 10:05", "Goldie", "Cheap watches"),
        ]),
    ],
)  # fmt: skip
def test_a_file_is_recognised_and_read(
    sample: str, kind: Format, comments: list[tuple[str, ...] | LeftOut], tmp_path: Path
) -> None:
    zipped = tmp_path / "zipped"
    zipped.write_bytes(gzip.compress((SAMPLES / sample).read_bytes()))
    for file in (SAMPLES / sample, zipped):
        with opened(file) as source:
            assert format_of(source) is kind
        assert [seen(comment) for comment in read(file)] == comments


def test_fields_that_people_have_are_taken_and_the_others_named() -> None:
    first, second, *_ = read(SAMPLES / "wxr.xml")
    assert isinstance(first, OldComment)
    assert isinstance(second, OldComment)
    assert (first.draft.author.url, first.draft.context.ip, first.omissions) == ("http://www.ben.example", "203.0.113.5", ())
    assert (second.draft.author.email, second.draft.author.id) == ("", "4")
    assert second.omissions == (Omission.WEBSITE, Omission.IP)
    assert first.draft.thread.title == "The library & its roof"


def test_the_database_of_isso_is_read(tmp_path: Path) -> None:
    file = tmp_path / "comments.db"
    with sqlite3.connect(file) as isso:
        isso.executescript(
            "CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));"
            "CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL,"
            " modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR, author VARCHAR, email VARCHAR, website VARCHAR,"
            " likes INTEGER, dislikes INTEGER, voters BLOB NOT NULL, notification INTEGER);"
            "INSERT INTO threads VALUES (1, '/library/', 'The library');"
        )
        for number, (parent, mode, author) in enumerate([(None, 1, "Ben"), (1, 2, None), (1, 4, "")], start=1):
            row = (
                1,
                number,
                parent,
                1546336800.25,
                None,
                mode,
                "203.0.113.0",
                f"Words {number}",
                author,
                None,
                "ben.example",
                0,
                0,
                b"",
                0,
            )
            isso.execute(f"INSERT INTO comments VALUES ({', '.join('?' * 15)})", row)
    isso.close()
    comments = read(file, Reading(base="https://paper.example"))
    assert [seen(comment) for comment in comments] == [
        ("1", PAGE, "approved", "", "2019-01-01 10:00", "Ben", "Words 1"),
        ("2", PAGE, "held", "1", "2019-01-01 10:00", "", "Words 2"),
        LeftOut.DELETED,
    ]
    file.write_bytes(file.read_bytes()[:3000])
    with pytest.raises(SourceFault, match="expected the database of Isso"):
        read(file)


@pytest.mark.parametrize(
    ("reading", "thread", "id_"),
    [
        (Reading(threads_by="path"), "/library/", "102"),
        (Reading(threads_by="id"), "70", "102"),
        (Reading(prefix="blog-"), PAGE, "blog-102"),
    ],
)
def test_the_operator_chooses_the_names_of_threads_and_comments(reading: Reading, thread: str, id_: str) -> None:
    first = read(SAMPLES / "wxr.xml", reading)[0]
    assert isinstance(first, OldComment)
    assert (first.draft.thread.id, first.id) == (thread, id_)


def _xml(prologue: str, text: str) -> Callable[[Path], Path]:
    return lambda folder: _written(
        folder, f'<?xml version="1.0"?>{prologue}<rss><channel><item><wp:comment>{text}</wp:comment></item>'
    )


def _written(folder: Path, text: str) -> Path:
    file = folder / "file.xml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (_xml('<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>', "&b;"), "expected no entity declarations"),
        (_xml('<!DOCTYPE rss [<!ENTITY passwords SYSTEM "file:///etc/passwd">]>', "&passwords;"), "expected no entity declarations"),
        (_xml('<!DOCTYPE rss [<!ENTITY % more SYSTEM "http://192.0.2.1/x.dtd"> %more;]>', ""), "expected no entity declarations"),
        (_xml("", "<b>" * 200), "more than 100 deep"),
        (_xml("", "cut"), "line 1, column"),
    ],
)  # fmt: skip
def test_hostile_and_broken_xml_is_refused_by_its_place(file: Callable[[Path], Path], said: str, tmp_path: Path) -> None:
    with pytest.raises(SourceFault, match=said):
        read(file(tmp_path), kind=Format.WXR)


@pytest.mark.parametrize(
    ("name", "content", "kind", "said"),
    [
        ("cut.json", b'[{"page_key": "/a", "id": "1", "content": "x"}, {"page_', Format.ARTRANS, "JSON ends or breaks"),
        ("cut.gz", gzip.compress(b'{"id": "1"}\n' * 9999, mtime=0)[:60], Format.JSONL, "damaged or cut short"),
        ("table.csv", b"a,b\n1,2\n", Format.CSV, "line 1: expected the names of the columns"),
        ("odd.xml", b'<?xml version="1.0" encoding="klingon"?><rss/>', Format.WXR, "expected an encoding such as UTF-8"),
        ("idna.xml", b'<?xml version="1.0" encoding="idna"?><rss/>', Format.WXR, "expected an encoding such as UTF-8"),
    ],
)
def test_a_broken_file_says_where(name: str, content: bytes, kind: Format, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceFault, match=said):
        read(tmp_path / name, kind=kind)


def test_a_file_in_an_older_encoding_is_read(tmp_path: Path) -> None:
    text = (SAMPLES / "disqus.xml").read_text().replace('encoding="utf-8"', 'encoding="iso-8859-1"').replace("Cay", "Çay")
    (tmp_path / "old.xml").write_bytes(text.encode("latin-1"))
    assert "Çay" in str(read(tmp_path / "old.xml")[0])


def test_what_stands_before_a_break_is_read(tmp_path: Path) -> None:
    broken = _written(tmp_path, (SAMPLES / "wxr.xml").read_text().replace("<wp:comment_id>104", "<&"))
    names: list[str] = []
    with opened(broken) as source, pytest.raises(SourceFault, match="line 13, column"):
        for comment in READERS[Format.WXR](source):
            names.append(comment.id)
    assert names == ["102", "103"]
