"""Addresses of callers, as servers and proxies write them."""

import ipaddress


def plain_address(written: str) -> str:
    """The IP address alone: some proxies add a port or brackets. Empty where there is none to be read."""
    host = written.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""
