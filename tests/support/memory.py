"""How much memory this machine has left."""

import re
from pathlib import Path


def available_memory() -> int:
    """Bytes that new processes may use without swapping; 0 where the system does not say (proc(5), MemAvailable)."""
    try:
        meminfo = Path("/proc/meminfo").read_text()
    except OSError:
        return 0
    found = re.search(r"^MemAvailable:\s+(\d+) kB$", meminfo, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
