"""The runtime lock needs no package that only the tests install."""

import re
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parent.parent / "locks" / "run.txt"
#: Optional imports: used if installed, and not needed. The last two are those of redis-py, for traces.
_OPTIONAL = {"anyio", "greenlet", "pyyaml", "opentelemetry-exporter-otlp-proto-http", "psutil"}
_LOADED = """
import re, sys
from importlib.metadata import packages_distributions
from service.processes.roles import _LIBRARIES
for names in _LIBRARIES.values():
    for name in names: __import__(name)
owners = packages_distributions()
tops = {name.partition(".")[0] for name in sys.modules}
print(*{re.sub("[-_.]+", "-", owner).lower() for top in tops for owner in owners.get(top, [])[:1]})
"""


def test_every_library_that_the_processes_load_is_in_the_lock_of_what_runs() -> None:
    locked = {re.sub("[-_.]+", "-", name).lower() for name in re.findall(r"^([\w.-]+)==", LOCK.read_text(), re.MULTILINE)}
    loaded = set(subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True).stdout.split())
    assert "kombu" in loaded
    assert loaded - locked <= {"greenroom", *_OPTIONAL}
