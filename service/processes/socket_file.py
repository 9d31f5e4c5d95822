"""The Unix socket of the web process: whether it can be made at its path."""

import os
import socket
import stat
from pathlib import Path

from service.config import BadSetting


def make_room(path: str) -> None:
    """Remove the socket that a killed process left. Raises BadSetting if no socket can be made there."""
    folder = Path(path).parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadSetting(f"socket: {folder} is no folder that this user may write in; make it first")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except FileNotFoundError:
            return
        except OSError as error:
            if not stat.S_ISSOCK(os.lstat(path).st_mode):
                raise BadSetting(f"socket: {path} exists and is no socket; name another path") from None
            if not isinstance(error, ConnectionRefusedError):
                raise BadSetting(f"socket: {path}: {error.strerror}") from None
            Path(path).unlink(missing_ok=True)
        else:
            raise BadSetting(f"socket: a process listens on {path} already; name another path")
