"""A real WordPress on PHP's built-in server and a MariaDB: with Debian's Akismet plugin, or with our own plugin."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self

import httpx

from tests.support.servers import Server, drop_root, give_to_unprivileged, program

DEBIAN = Path("/usr/share/wordpress")
#: The WordPress for our own plugin: Debian's, or one that lies in this folder.
NEWEST = Path(os.environ.get("GREENROOM_WORDPRESS") or DEBIAN)
PLUGIN = DEBIAN / "wp-content/plugins/akismet"

#: Runs before every script: makes WordPress read its settings from our folder instead of /etc/wordpress.
_PREPEND = "<?php define('ABSPATH', '%(folder)s/');"
_CONFIG = """<?php
foreach (['NAME' => '%(name)s', 'USER' => 'root', 'PASSWORD' => '', 'HOST' => 'localhost:%(socket)s', 'CHARSET' => 'utf8mb4'] as $name => $value)
    define("DB_$name", $value);
define('WP_HOME', '%(url)s');
define('WP_SITEURL', '%(url)s');
define('DISABLE_WP_CRON', true);
%(constants)s
foreach (['AKISMET_TEST_MODE', 'WP_INSTALLING'] as $name) if (getenv($name)) define($name, true);
$table_prefix = 'wp_';
require ABSPATH . 'wp-settings.php';
"""
#: The file that leads the plugin to Greenroom, as its users install it.
REDIRECT = Path(__file__).parents[2] / "integrations/akismet/greenroom-akismet.php"
#: Says where Greenroom is (nothing listens on port 9), and that nothing else is there. Turns off mail and flood protection.
_AROUND = """<?php
function wp_mail() { return true; }
add_filter('comment_flood_filter', '__return_false');
define('GREENROOM_TIMEOUT', 60);
define('GREENROOM_URL', get_option('greenroom') ?: 'http://127.0.0.1:9');
add_filter('pre_http_request', function ($answer, $args, $url) {
    return $answer ?: (strpos($url, GREENROOM_URL) === 0 ? false : new WP_Error('away', 'only Greenroom is there'));
}, 20, 3);
add_action('akismet_comment_check_response', function ($answer) { update_option('guid', $answer[0]['x-akismet-guid'] ?? ''); });
"""
_RUN = """<?php
$_SERVER += ['HTTP_HOST' => 'localhost', 'REMOTE_ADDR' => '192.0.2.9', 'REQUEST_METHOD' => 'GET'];
require ABSPATH . 'wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
echo "\\n", json_encode(eval($argv[1]));
"""
_INSTALL = """
wp_install('News', 'admin', 'admin@news.example', true, '', 'a password');
foreach (['active_plugins' => ['%s'], 'comment_previously_approved' => 0, 'comment_moderation' => 0,
          'comment_max_links' => 50, 'akismet_strictness' => '0'] as $name => $value) update_option($name, $value);
"""


class MariaDb(Server):
    """A MariaDB from Debian's packages, on a socket in its own folder, without a port."""

    binary: str

    @classmethod
    def find(cls, folder: Path) -> Self | None:
        binary = program("mariadbd")
        if not binary or not shutil.which("mariadb-install-db"):
            return None
        server = cls(folder)
        server.binary = binary
        return server

    @property
    def socket(self) -> Path:
        return self.folder / "socket"

    def start(self) -> None:
        data = self.folder / "data"
        options = [f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]
        give_to_unprivileged(self.folder)
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", *options], check=True, capture_output=True, preexec_fn=drop_root, cwd="/"
        )
        super().start()

    def command(self) -> list[str]:
        options = {"datadir": self.folder / "data", "socket": self.socket, "pid-file": self.folder / "pid", "tmpdir": self.folder}
        return [self.binary, "--no-defaults", "--skip-networking", *(f"--{name}={value}" for name, value in options.items())]

    def ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            try:
                line.connect(str(self.socket))
                return bool(line.recv(1))
            except OSError:
                return False

    def __enter__(self) -> Self:
        # A short path for the socket, in a folder that other accounts may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="greenroom-mariadb-"))
        return super().__enter__()

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _drop(self) -> None:
        drop_root()


class WordPress(Server):
    """One blog with one post, whose readers comment with the ordinary form."""

    database: MariaDb
    source = DEBIAN
    plugin = "akismet/akismet.php"
    around = _AROUND
    #: Further lines of wp-config.php.
    constants = ""

    @staticmethod
    def there() -> bool:
        """Whether this machine has the package, the plugin, and PHP's database driver."""
        if not PLUGIN.is_dir() or not shutil.which("php"):
            return False
        return "mysqli" in subprocess.run(["php", "-m"], capture_output=True, text=True, check=True).stdout

    @classmethod
    def version(cls) -> str:
        found = re.search(r"wp_version = '(.+)'", (cls.source / "wp-includes/version.php").read_text())
        return found[1] if found else "of unknown version"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        return [*self._php(), "-S", f"127.0.0.1:{self.port}", "-t", str(self.source)]

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readme.html", timeout=30).status_code == 200
        except httpx.TransportError:
            return False

    def start(self) -> None:
        self._lay_out()
        create = f"CREATE DATABASE {self._name} CHARSET utf8mb4"
        pdo = "$db = new mysqli(null, 'root', '', null, 0, $argv[1]); $db->query($argv[2]);"
        subprocess.run(["php", "-r", pdo, str(self.database.socket), create], check=True, capture_output=True)
        self.run(_INSTALL % self.plugin, WP_INSTALLING="1")
        super().start()

    def __exit__(self, *_: object) -> None:
        # PHP's server keeps nothing, and may not hear another signal while it answers.
        self.stop(signal.SIGKILL)

    def talk_to(self, greenroom: str, key: str) -> None:
        """Let the blog's plugin use Greenroom with this key. An empty address stands for a server that is down."""
        self.run(f"update_option('greenroom', {json.dumps(greenroom)}); update_option('wordpress_api_key', {json.dumps(key)});")

    def run(self, code: str, **environ: str) -> Any:
        """Run PHP code inside WordPress. Returns its result."""
        command = [*self._php(), str(self.folder / "run.php"), code]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environ})
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.rpartition("\n")[2])

    def comment(self, words: str, **fields: str) -> int:
        """Send the form as a reader. Returns the id of the comment in WordPress."""
        reader = {"author": "Dana O'Neil", "email": "dana@example.org", "comment_post_ID": "1", "comment_parent": "0"}
        answer = httpx.post(f"{self.url}/wp-comments-post.php", data=reader | {"comment": words} | fields, timeout=60)
        place = re.search(r"#comment-(\d+)$", answer.headers.get("Location", ""))
        assert place, re.sub(r"<[^>]+>", " ", answer.text)
        return int(place[1])

    def state(self, comment: int) -> str:
        """`approved`, `unapproved` or `spam`."""
        return str(self.run(f"return wp_get_comment_status({comment});"))

    @property
    def _name(self) -> str:
        return f"wordpress_{self.port}"

    def _php(self) -> list[str]:
        cache = ["-d", "opcache.enable_cli=1", "-d", f"opcache.file_cache={self.folder}"]
        return ["php", "-d", f"auto_prepend_file={self.folder / 'prepend.php'}", "-d", "display_errors=stderr", *cache]

    def _lay_out(self) -> None:
        """A folder with links to the WordPress and its plugin."""
        facts = {
            "folder": self.folder,
            "socket": self.database.socket,
            "url": self.url,
            "name": self._name,
            "constants": self.constants,
        }
        files = {"prepend.php": _PREPEND, "wp-config.php": _CONFIG}
        for name, words in files.items():
            (self.folder / name).write_text(words % facts)
        (self.folder / "run.php").write_text(_RUN)
        (self.folder / "wp-content/mu-plugins").mkdir(parents=True)
        (self.folder / "wp-content/mu-plugins/around.php").write_text(self.around)
        (self.folder / "wp-content/plugins").mkdir()
        self._install_plugin()
        for name in ("wp-admin", "wp-includes", "wp-load.php", "wp-settings.php"):
            (self.folder / name).symlink_to(self.source / name)

    def _install_plugin(self) -> None:
        (self.folder / "wp-content/mu-plugins" / REDIRECT.name).symlink_to(REDIRECT)
        (self.folder / "wp-content/plugins/akismet").symlink_to(PLUGIN)
