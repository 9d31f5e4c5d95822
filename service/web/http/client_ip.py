"""Addresses of callers, as servers and proxies write them."""

import ipaddress


def client_ip(written: str) -> str:
    """The IP address alone: some proxies add a port or brackets. Empty where there is none to be read."""
    host = written.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    # On a socket for both families an IPv4 caller comes as ::ffff:192.0.2.1; all of them would share one /64.
    return str(getattr(address, "ipv4_mapped", None) or address)
