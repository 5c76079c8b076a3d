"""Addresses to listen at: whether one is free, whether somebody listens there, whether the application answers."""

from __future__ import annotations

import socket

from survey.errors import SettingsError

READY_WITHIN = 60.0  # seconds
POLL = 0.02


def require_free_port(host: str, port: int) -> None:
    """Raises SettingsError when the address cannot be listened at."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that are just ending do not count
        try:
            probe.bind((host, port))
        except PermissionError:
            raise SettingsError(f"Port {port} needs more rights than this user has; choose one from 1024.") from None
        except OSError as error:
            taken = f"Port {port} on {host} is already in use; choose another one with --port."
            raise SettingsError(taken if is_listening(host, port) else f"{host}:{port}: {error.strerror}.") from None


def is_listening(host: str, port: int) -> bool:
    try:
        socket.create_connection((_local(host), port), timeout=1).close()
    except OSError:
        return False
    return True


def _local(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104  # only compared


def visible(host: str) -> str:
    host = _local(host)
    return f"[{host}]" if ":" in host else host


def is_ready(address: str) -> bool:
    """Whether the application behind the address answers: a listening socket alone has no worker yet."""
    import urllib3

    urllib3.disable_warnings()  # the certificate is for phones; here it is asked by number
    pool = urllib3.PoolManager(retries=False, timeout=2.0, cert_reqs="CERT_NONE", assert_hostname=False)
    try:
        return pool.request("GET", f"{address}/", redirect=False, preload_content=False).status < 500
    except urllib3.exceptions.HTTPError:
        return False
    finally:
        pool.clear()
