"""What the benchmarks read from /proc."""

import subprocess
import sys

from bench.process_tree import cpu_seconds, members

#: A child that uses a fifth of a second of processor and ends, and one that lives on. Both belong to the tree.
_PARENT = """
import subprocess, sys, time
burn = "import time\\nwhile time.process_time() < 0.2: pass"
subprocess.run([sys.executable, "-c", burn], check=True)
child = subprocess.Popen([sys.executable, "-c", burn + "\\nprint(flush=True)\\ninput()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
input()
child.communicate(b"\\n")
"""


def test_a_tree_is_counted_with_its_children_also_those_that_have_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        found = members(parent.pid)
        # /proc counts ended children in hundredths of a second, rounded down.
        assert cpu_seconds(parent.pid) > 0.38
        assert cpu_seconds(child) > 0.2
        parent.communicate(b"\n")
    assert [each.pid for each in found] == [parent.pid, child]
    assert all(1 < each.pss_mb < 100 for each in found)
    assert cpu_seconds(parent.pid) == 0
