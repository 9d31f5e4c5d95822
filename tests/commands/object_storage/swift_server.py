"""Serves a whole Swift with its S3 interface in one process: `python3 swift_server.py FOLDER PORT`, with Debian's python3-swift.

It keeps objects in memory. `test:writer` may do everything, `test:reader` nothing in the account of the first.
"""

import sys
from pathlib import Path

import eventlet

eventlet.monkey_patch()

from eventlet import wsgi  # noqa: E402
from paste.deploy import loadapp  # noqa: E402
from swift.common import storage_policy, utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402

KINDS = {"account": "account", "container": "container", "object": "mem_object"}
SWIFT = "[swift-hash]\nswift_hash_path_prefix = test\n[storage-policy:0]\nname = gold\ndefault = yes\n"
NODE = "[DEFAULT]\nswift_dir = {folder}\ndevices = {folder}/node\nmount_check = false\n[app:main]\nuse = egg:swift#{app}\n"
PROXY = """[DEFAULT]
swift_dir = {folder}
[pipeline:main]
pipeline = catch_errors cache s3api tempauth slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:s3api]
use = egg:swift#s3api
[filter:tempauth]
use = egg:swift#tempauth
user_test_writer = {secret} .admin
user_test_reader = {secret}
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
"""


def main(folder: Path, port: int, secret: str) -> None:
    (folder / "node" / "disk").mkdir(parents=True)
    utils.SWIFT_CONF_FILE = str(_written(folder / "swift.conf", SWIFT))
    utils.validate_hash_conf()
    storage_policy.reload_storage_policies()
    listening = {kind: eventlet.listen(("127.0.0.1", 0)) for kind in KINDS}
    for kind, socket in listening.items():
        _save_ring(folder / f"{kind}.ring.gz", socket.getsockname()[1])
    for kind, app in KINDS.items():
        node = _written(folder / f"{kind}.conf", NODE.format(folder=folder, app=app))
        eventlet.spawn(wsgi.server, listening[kind], loadapp(f"config:{node}"), log_output=False)
    proxy = _written(folder / "proxy.conf", PROXY.format(folder=folder, secret=secret))
    wsgi.server(eventlet.listen(("127.0.0.1", port)), loadapp(f"config:{proxy}"), log_output=False)


def _save_ring(file: Path, port: int) -> None:
    ring = RingBuilder(1, 1, 1)
    ring.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "disk", "weight": 1.0})
    ring.rebalance()
    ring.get_ring().save(str(file))


def _written(file: Path, text: str) -> Path:
    file.write_text(text)
    return file


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
