"""The answer page on a slow phone: bytes and requests on the wire, time to usable, time of the cryptography.

Chromium with the developer tools' throttling: 1.6 Mbit/s, 150 ms for each round trip, CPU slowed six times; every run
with an empty cache, against `survey serve`. "Usable" is when the start button is there and answers.
"""

from __future__ import annotations

import statistics
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from survey.cli.child_server import running_server
from tests.browsing import FLAGS, LiveRound, chromium_path

RUNS = 5
BYTES_PER_SECOND = 1_600_000 / 8
ROUND_TRIP_MS = 150
CPU_SLOWDOWN = 6
ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "survey" / "respondent" / "client"

WATCH = """() => {
  window.usableAt = null
  const look = () => { if (!window.usableAt && document.getElementById('start')) window.usableAt = performance.now() }
  new MutationObserver(look).observe(document, {childList: true, subtree: true})
}"""

CRYPTO = """
import { beginToken, encodeChallenge, finishToken } from './protocol/tokens.js'
import { ballotInfo, pad, receiptOf, seal } from './protocol/sealing.js'
import { fromBase64url, sha256, toBase64url } from './protocol/bytes.js'
window.measureCrypto = async (facts, code) => {
  const times = {}
  const timed = async (name, work) => {
    const began = performance.now()
    const result = await work()
    times[name] = performance.now() - began
    return result
  }
  const digest = await sha256(new Uint8Array(1))
  const key = fromBase64url(facts.token_key)
  const challenge = encodeChallenge(facts.issuer_name, digest, facts.origin_info)
  const pending = await timed('blind', () => beginToken(challenge, key))
  const response = await fetch('/e/' + facts.evaluation + '/token-request', {
    method: 'POST',
    body: pending.request,
    headers: { Authorization: 'Bearer ' + code, 'Content-Type': 'application/private-token-request' },
  })
  const signature = new Uint8Array(await response.arrayBuffer())
  const token = await timed('finalize', async () => finishToken(pending, key, signature))
  await timed('seal', async () => {
    const plaintext = pad(new Uint8Array(900), facts.plaintext_length)
    const info = await ballotInfo(digest, token)
    return receiptOf(await seal(fromBase64url(facts.opening_key.public_key), info, plaintext))
  })
  return times
}
"""


def measure(folder: Path) -> list[tuple[str, str, str]]:
    """Rows of (what, figure, beside)."""
    live = LiveRound(folder / "instance")
    slips = live.slip_urls()
    live.stop()
    crypto = _bundle(folder)
    loads: list[dict[str, Any]] = []
    times: list[dict[str, float]] = []
    with running_server(folder / "instance", live.server_port, workers=2), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        for slip in slips[:RUNS]:
            loads.append(_load(browser, slip))
        for slip in slips[RUNS : 2 * RUNS]:
            times.append(_crypto(browser, slip, crypto))
        browser.close()
    first = loads[0]
    rows = [
        ("over the wire, headers included", f"{first['bytes'] / 1000:.1f} KB", "aim ≤ 45 KB"),
        ("requests", str(first["requests"]), "aim ≤ 4"),
        ("first paint", _middle(loads, "paint"), ""),
        ("usable", _middle(loads, "usable"), "aim < 1500 ms"),
    ]
    rows += [(f"crypto: {name}", _middle(times, name), "first run of a fresh page") for name in times[0]]
    total = [{"all": sum(one.values())} for one in times]
    return [*rows, ("crypto: all", _middle(total, "all"), "aim < 100 ms")]


def _middle(runs: list[dict[str, Any]], name: str) -> str:
    values = [run[name] for run in runs]
    return f"{statistics.median(values):.0f} ms ({min(values):.0f} to {max(values):.0f})"


def _slow(page: Page) -> CDPSession:
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": ROUND_TRIP_MS,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        },
    )
    tools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    return tools


def _load(browser: Browser, slip: str) -> dict[str, Any]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=2)
    context.add_init_script(f"({WATCH})()")
    page = context.new_page()
    tools = _slow(page)
    sizes: list[float] = []
    tools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(slip)
    page.wait_for_function("() => window.usableAt !== null")
    paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? window.usableAt"
    result = {
        "usable": page.evaluate("window.usableAt"),
        "paint": page.evaluate(paint),
        "bytes": sum(sizes),
        "requests": len([size for size in sizes if size]),
    }
    context.close()
    return result


def _crypto(browser: Browser, slip: str, script: str) -> dict[str, float]:
    address, _, rest = slip.partition("#c=")
    context = browser.new_context()
    page = context.new_page()
    _slow(page)
    page.goto(address)  # without a code: only its manifest and its origin are needed
    page.evaluate(script)
    facts = page.evaluate("path => fetch(path).then(answer => answer.json())", f"{address}/manifest")
    times: dict[str, float] = page.evaluate(
        "([facts, code]) => window.measureCrypto(facts, code)", [facts, rest.split("&")[0]]
    )
    context.close()
    return times


def _bundle(folder: Path) -> str:
    """The page's own modules with a stopwatch around them."""
    program = [str(ROOT / "node_modules" / ".bin" / "esbuild"), "--bundle", "--format=iife", "--target=es2019"]
    done = subprocess.run(
        [*program, f"--sourcefile={CLIENT / 'stopwatch.js'}", "--loader=js"],
        input=CRYPTO,
        capture_output=True,
        text=True,
        check=True,
        cwd=CLIENT,
    )
    return done.stdout
