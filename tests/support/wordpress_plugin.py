"""Our own WordPress plugin: its zip file, and a real WordPress that has it installed from that file.

Run by `make wordpress`: python -m tests.support.wordpress_plugin dist/greenroom-wordpress.zip
"""

import json
import re
import sys
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks import Webhook

from tests.support.wordpress import NEWEST, WordPress

SOURCE = Path(__file__).parents[2] / "integrations/wordpress"
#: Runs in each request of the test WordPress. Each reader has their own IP address, so that nobody floods, and mails are counted.
_AROUND = """<?php
function wp_mail($to) { file_put_contents(ABSPATH . 'mails.txt', "$to\\n", FILE_APPEND); return true; }
add_filter('comment_flood_filter', '__return_false');
add_filter('pre_comment_user_ip', function () { return long2ip(random_int(ip2long('81.0.0.0'), ip2long('95.255.255.255'))); });
add_filter('pre_http_request', function ($answer, $args, $url) {
    return strpos($url, 'http://127.0.0.1:') === 0 ? $answer : new WP_Error('away', 'only Greenroom is there');
}, 20, 3);
"""
#: 1 January 1980, the first day that a zip file can name: the same files make the same zip.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def build(target: Path) -> None:
    """Write the zip file that WordPress installs."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in SOURCE.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"greenroom/{file.relative_to(SOURCE).as_posix()}", _NO_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, file.read_bytes())


class PluginBlog(WordPress):
    """A blog that uses our plugin."""

    source = NEWEST
    plugin = "greenroom/greenroom.php"
    around = _AROUND
    constants = "define('WP_DEBUG', true); define('WP_DEBUG_DISPLAY', false); define('WP_DEBUG_LOG', ABSPATH . 'php.log');"

    def set_options(self, **options: object) -> None:
        self.run(
            "".join(f"update_option('{name}', json_decode({php_string(json.dumps(value))}));" for name, value in options.items())
        )

    def as_admin(self, code: str) -> Any:
        """Run PHP code as the administrator."""
        return self.run(f"wp_set_current_user(1); {code}")

    def meta(self, comment: int) -> dict[str, Any]:
        """What the plugin keeps with a comment, by short name."""
        values = self.run(f"return (object) get_comment_meta({comment});")
        prefix = "_greenroom_"
        return {name.removeprefix(prefix): value[0] for name, value in values.items() if name.startswith(prefix)}

    def work(self) -> None:
        """Let an hour pass, and the cron job work."""
        later = "foreach (greenroom_unsent(PHP_INT_MAX) as $id) greenroom_set_due($id, time());"
        self.run(
            f"{later} foreach (greenroom_erasures() as $name) update_option($name, ['due' => 0] + get_option($name));"
            "do_action('greenroom_retry');"
        )

    def receive(self, event: dict[str, Any], *, secret: str, message: str = "m1", seconds_ago: int = 0, path: str = "") -> int:
        """Post a webhook as Greenroom does. Returns the status of the answer."""
        body, stamp = json.dumps(event), int(time.time()) - seconds_ago
        headers = {"webhook-id": message, "webhook-timestamp": str(stamp), "Content-Type": "application/json"}
        headers["webhook-signature"] = Webhook(secret).sign(message, datetime.fromtimestamp(stamp, UTC), body)
        return httpx.post(
            self.url + (path or "/?rest_route=/greenroom/v1/webhook"), content=body, headers=headers, timeout=60
        ).status_code

    def faults(self) -> list[str]:
        """What PHP complained about in the plugin, what WordPress says is called incorrectly, and what ended a request. WordPress 6.1
        itself uses what PHP 8.2 calls deprecated."""
        log = (self.folder / "php.log").read_text() if (self.folder / "php.log").exists() else ""
        return [line for line in log.splitlines() if re.search("greenroom|called incorrectly|Fatal", line)]

    def _php(self) -> list[str]:
        return [*super()._php(), "-d", "log_errors=1", "-d", f"error_log={self.folder / 'php.log'}"]

    def _install_plugin(self) -> None:
        build(self.folder / "greenroom.zip")
        with zipfile.ZipFile(self.folder / "greenroom.zip") as archive:
            archive.extractall(self.folder / "wp-content/plugins")


def php_string(words: str) -> str:
    """A string of PHP."""
    return "'" + words.replace("\\", "\\\\").replace("'", "\\'") + "'"


if __name__ == "__main__":
    Path(sys.argv[1]).parent.mkdir(exist_ok=True)
    build(Path(sys.argv[1]))
    print(f"{sys.argv[1]}; its tests use WordPress {PluginBlog.version()} in {NEWEST}" if PluginBlog.there() else sys.argv[1])
