"""The server as a process: ready when it says so, https for old phones, no access log, ends when told."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from survey.cli.child_server import running_server
from survey.cli.listening import is_ready, require_free_port
from survey.cli.serving import _check_instance
from survey.errors import SettingsError
from tests.cli.conftest import Survey
from tests.cli.test_main_job import free_port

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(made: Survey) -> Iterator[Start]:
    """`survey serve` in a process of its own; what it prints is read by the test."""
    servers: list[subprocess.Popen[str]] = []

    def start_server(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "survey.cli", "--instance", made.instance, "serve", *arguments]
        servers.append(
            subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        )
        return servers[-1]

    yield start_server
    for server in servers:
        if server.poll() is None:
            end(server)


def end(server: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> tuple[str, str]:
    server.send_signal(how)
    return server.communicate(timeout=30)


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "tls.crt", folder / "tls.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_server_says_when_it_is_ready_and_ends_when_told(start: Start, how: signal.Signals) -> None:
    port = free_port()
    server = start("--port", port, "--workers", 2)
    assert server.stdout is not None
    line = server.stdout.readline()
    assert line == f"Ready: http://127.0.0.1:{port} (slips say http://localhost:8000). Ctrl-C ends it.\n"
    assert is_ready(f"http://127.0.0.1:{port}")
    out, err = end(server, how)
    assert (server.returncode, out, err) == (0, "", "")
    assert not is_ready(f"http://127.0.0.1:{port}")


def test_nothing_is_logged_about_who_asked_for_what(made: Survey, start: Start) -> None:
    port = free_port()
    server = start("--port", port, "--workers", 1)
    assert server.stdout is not None
    server.stdout.readline()
    before = sorted(made.instance.rglob("*"))
    for _ in range(3):
        assert is_ready(f"http://127.0.0.1:{port}")
    out, err = end(server)
    assert (out, err) == ("", "")
    assert {path.name for path in made.instance.rglob("*")} <= {path.name for path in before}


def test_the_start_says_what_the_doctor_finds(made: Survey, capsys: pytest.CaptureFixture[str]) -> None:
    _check_instance(made.services.settings)
    assert capsys.readouterr().err == ""
    made.instance.chmod(0o755)
    _check_instance(made.services.settings)
    expected = f"Warning: {made.instance} has mode 0755, expected 0700: others may read it.\n"
    assert capsys.readouterr().err == expected


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_no_process_that_serves_can_be_dumped() -> None:
    """Asked of the process and of one that is forked from it, as workers are."""
    asked = (
        "import ctypes, os, resource\n"
        "from survey.cli.workers import forbid_core_dumps\n"
        "forbid_core_dumps()\n"
        "os.wait() if os.fork() else None\n"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE), flush=True)\n"
    )
    answered = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert answered.stdout == "0 0 0\n" * 2


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_the_server_and_its_workers_leave_no_core_dump(made: Survey) -> None:
    with running_server(made.instance, free_port(), workers=1) as server:
        children = Path(f"/proc/{server.child.pid}/task/{server.child.pid}/children").read_text().split()
        for pid in (str(server.child.pid), *children):
            (limit,) = [line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if "core file" in line]
            assert limit.split()[4:6] == ["0", "0"]


def test_a_worker_that_dies_is_replaced_though_the_server_key_was_pulled_out(made: Survey) -> None:
    with running_server(made.instance, port := free_port(), workers=1) as server:
        (made.instance / "server.key").rename(made.work / "pulled-out.key")
        children = Path(f"/proc/{server.child.pid}/task/{server.child.pid}/children").read_text().split()
        os.kill(int(children[-1]), signal.SIGKILL)
        deadline = time.monotonic() + 60
        while not is_ready(f"http://127.0.0.1:{port}") and time.monotonic() < deadline:
            time.sleep(0.05)
        assert is_ready(f"http://127.0.0.1:{port}")


def test_a_port_that_is_taken_is_one_sentence(made: Survey) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = made("serve", "--port", port, exit_code=1)
        assert result.stderr == f"Error: Port {port} on 127.0.0.1 is already in use; choose another one with --port.\n"


def test_an_address_of_another_machine_cannot_be_listened_at() -> None:
    with pytest.raises(SettingsError, match=r"192\.0\.2\.1:8000: Cannot assign"):
        require_free_port("192.0.2.1", 8000)


def test_a_server_without_instance_is_refused_before_anything_starts(survey: Survey) -> None:
    assert "make one with `survey init`" in survey("serve", "--port", free_port(), exit_code=1).stderr


def test_a_child_that_does_not_start_is_named(survey: Survey, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SettingsError, match="did not start"), running_server(survey.instance, free_port()):
        pass
    assert "is no instance" in capfd.readouterr().err


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_https_serves_phones_without_tls_1_3_too(made: Survey, start: Start, version: ssl.TLSVersion) -> None:
    port = free_port()
    crt, key = certificate(made.work)
    server = start("--port", port, "--workers", 1, "--tls-cert", crt, "--tls-key", key)
    assert server.stdout is not None
    assert server.stdout.readline().startswith(f"Ready: https://127.0.0.1:{port}")
    context = ssl.create_default_context(cafile=str(crt))
    context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        secured.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert secured.recv(15) == b"HTTP/1.1 200 OK"
    end(server)


def test_half_of_a_certificate_is_wrong_usage(made: Survey) -> None:
    crt, _ = certificate(made.work)
    made("serve", "--tls-cert", crt, exit_code=2)


def test_a_key_in_another_form_is_refused_with_the_way_to_convert_it(made: Survey) -> None:
    crt, _ = certificate(made.work)
    key = made.write("rsa.key", "-----BEGIN RSA PRIVATE KEY-----\n")
    result = made("serve", "--tls-cert", crt, "--tls-key", key, exit_code=1)
    assert "openssl pkcs8 -topk8 -nocrypt -in rsa.key" in result.stderr
