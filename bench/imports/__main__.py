"""Imports a generated WordPress export into a new SQLite database: seconds, memory, and how it goes on after a kill.

Run: python -m bench.imports [COUNT]
"""

import argparse
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from bench.stage import say

_HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/6.8" -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>The Town Paper</title><link>https://paper.example</link><wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url>https://paper.example</wp:base_site_url>
"""
_CALM = (
    "the bus was late again and nobody told us why", "my grandmother bought her rolls there every Saturday", "who pays for the lighting",
    "I walked to school as a child and it did me no harm", "the river floods that bank every few years", "a good day for all of us",
    "the plan on page twelve leaves that open", "I read the minutes of the council and found nothing", "thank you for this article",
    "has anyone asked the water board", "the old mill should stay as it is", "we counted forty cars in ten minutes yesterday",
)  # fmt: skip
_SPAM = (
    "zorblax pills ship today", "earn money from home with zorblax", "best replica bags at half the price", "cheap loans without questions",
    "casino bonus code for you", "buy followers and likes now", "click here to claim your prize",
)  # fmt: skip
_PER_PAGE = 40


def export_of(count: int) -> Iterator[str]:
    """A WordPress export with so many comments, in parts. One in 40 is spam in the trash, one in 20 was approved by a person."""
    dice = random.Random(7)
    at = datetime(2009, 1, 1, tzinfo=UTC)
    yield _HEAD
    for number in range(1, count + 1):
        page = (number - 1) // _PER_PAGE
        if (number - 1) % _PER_PAGE == 0:
            yield f"{'</item>' if page else ''}<item><title>Story {page} &amp; more</title><link>https://paper.example/{page}/story/</link>"
            yield f"<content:encoded><![CDATA[{'<p>' + 'The story goes on. ' * 200 + '</p>'}]]></content:encoded>"
            yield f"<wp:post_id>{page}</wp:post_id><wp:post_type>post</wp:post_type>\n"
        at += timedelta(minutes=dice.randrange(1, 200))
        yield _comment(number, at, dice)
    yield "</item></channel></rss>\n"


def _comment(number: int, at: datetime, dice: random.Random) -> str:
    is_spam = number % 40 == 0
    text = ". ".join(dice.choices(_SPAM if is_spam else _CALM, k=dice.randrange(1, 9)))
    if number % 10 == 0:
        text += f' <em>See</em> <a href="https://site{number % 97}.example/x" rel="nofollow">https://site{number % 97}.example/x</a>\x0b'
    parent = number - 1 if (number - 1) % _PER_PAGE and number % 3 == 0 else 0
    reader = dice.randrange(4000)
    note = "<wp:commentmeta><wp:meta_key>akismet_user_result</wp:meta_key><wp:meta_value>false</wp:meta_value></wp:commentmeta>"
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id><wp:comment_author><![CDATA[Reader {escape(str(reader))}]]></wp:comment_author>"
        f"<wp:comment_author_email>reader{reader}@mail.example</wp:comment_author_email>"
        f"<wp:comment_author_url>{'www.reader.example' if number % 9 == 0 else ''}</wp:comment_author_url>"
        f"<wp:comment_author_IP>203.0.{reader % 250}.{number % 250}</wp:comment_author_IP>"
        f"<wp:comment_date>{at:%Y-%m-%d %H:%M:%S}</wp:comment_date><wp:comment_date_gmt>{at:%Y-%m-%d %H:%M:%S}</wp:comment_date_gmt>"
        f"<wp:comment_content><![CDATA[{text}]]></wp:comment_content>"
        f"<wp:comment_approved>{'trash' if is_spam else '1'}</wp:comment_approved><wp:comment_type></wp:comment_type>"
        f"<wp:comment_parent>{parent}</wp:comment_parent><wp:comment_user_id>0</wp:comment_user_id>"
        f"{note if number % 20 == 1 else ''}</wp:comment>\n"
    )


def measure(count: int) -> None:
    """Import once, killed after some seconds and started again, and print what it took."""
    with tempfile.TemporaryDirectory(prefix="greenroom-old-") as folder:
        file = Path(folder) / "export.xml"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(export_of(count))
        say(f"{count:,} comments, {file.stat().st_size / 1e6:.0f} MB")
        environ = {**os.environ, "GREENROOM_HOME": folder, "GREENROOM_SECRET_KEY": "only for this measurement, long enough"}
        environ.pop("DATABASE_URL", None)
        for words in (["db", "upgrade"], ["site", "add", "paper", "--origin", "https://paper.example"]):
            subprocess.run([sys.executable, "-m", "service.cli", *words], env=environ, check=True, capture_output=True)
        command = [sys.executable, "-m", "service.cli", "import", str(file), "--site", "paper"]
        killed = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while (stored := _stored(folder)) < count // 3 and killed.poll() is None:
            time.sleep(0.1)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        start = time.monotonic()
        subprocess.run(command, env=environ, check=True)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        say(f"killed after {stored:,} comments; the rest and the training took {time.monotonic() - start:.0f} s")
        say(f"all runs together used {used:.0f} s of a processor, and none more than {peak:.0f} MiB of memory")


def _stored(folder: str) -> int:
    with closing(sqlite3.connect(f"file:{folder}/greenroom.db?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM comment").fetchone()[0])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.imports", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=50_000)
    measure(parser.parse_args().count)


if __name__ == "__main__":
    main()
