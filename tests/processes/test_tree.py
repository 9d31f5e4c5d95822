"""The process tree: dead processes restart with a growing pause, and a guest is started once."""

import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from service.processes.tree import BACK_OFF
from tests.support.servers import PATIENCE, wait_until

CODE = """
import os, sys, time
from service.processes.tree import Child, ProcessTree
told = open(sys.argv[1], "a", buffering=1)
def die(): told.write(f"dies {time.monotonic()}\\n"); os._exit(3)
def visit(): told.write("visits\\n")
def stay():
    import signal; signal.pause()
tree = ProcessTree([Child("mortal", die), Child("steady", stay)], output=2)
tree.invite("guest", visit)
tree.keep(lambda: 0.02)
told.write(f"ended after {tree.deaths('mortal')} deaths\\n")
"""


def test_what_dies_comes_back_and_a_guest_comes_once(tmp_path: Path) -> None:
    told = tmp_path / "told.txt"
    told.touch()
    process = subprocess.Popen([sys.executable, "-c", CODE, str(told)], stderr=subprocess.DEVNULL)
    wait_until(lambda: told.read_text().count("dies") >= 3, what="three lives")
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    lines = told.read_text().splitlines()
    assert lines.count("visits") == 1
    # A process that always dies does not use up the CPU: the pause before each restart grows.
    lives = [float(line.split()[1]) for line in lines if line.startswith("dies")]
    for (one, next_one), pause in zip(pairwise(lives), BACK_OFF, strict=False):
        assert next_one - one >= pause
    assert lines[-1].startswith("ended after")


def test_a_second_signal_ends_what_does_not_want_to_end(tmp_path: Path) -> None:
    code = CODE.replace(
        "signal.pause()",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); told.write('stays\\n'); [signal.pause() for _ in range(99)]",
    )
    told = tmp_path / "told.txt"
    told.touch()
    process = subprocess.Popen([sys.executable, "-c", code, str(told)], stderr=subprocess.DEVNULL)
    wait_until(lambda: "stays" in told.read_text(), what="the stubborn one")
    children = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    process.send_signal(signal.SIGINT)
    assert process.poll() is None
    wait_until(lambda: _ends_at_once(process), what="the end")
    for pid in children:
        assert not Path(f"/proc/{pid}").exists() or os.getpgid(pid) != pid


def _ends_at_once(process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    return process.poll() is not None
