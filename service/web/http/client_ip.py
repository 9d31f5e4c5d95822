"""Reads client IP addresses as servers and proxies write them."""

import ipaddress


def client_ip(written: str) -> str:
    """The IP address without the port or brackets that some proxies add. Empty if it is not an IP address."""
    host = written.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    # A dual-stack socket reports an IPv4 client as ::ffff:192.0.2.1. Without this, the rate limit would count all IPv4 clients as
    # one /64 network.
    return str(getattr(address, "ipv4_mapped", None) or address)
