"""A custodian's opening of 10,000 ballots on the page, in a real browser, beside raw multiplications in the same page.

From the click to the screen that says it is handed in: passphrase (scrypt at its full cost), the points, the proof over
the list, and the server's check. The list is real points with empty bodies; nothing is counted.
"""

from __future__ import annotations

import hashlib
import secrets
import subprocess
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import create_engine

from survey.crypto.arithmetic import p256
from survey.crypto.scalars import encode_scalar, random_scalar
from survey.storage.ballot_tables import ballots
from tests.browsing import FLAGS, chromium_path
from tests.custodian.conftest import WORDS, Desk, House, Office

BALLOTS = 10_000
RAW = 200  # multiplications timed for the floor
ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "survey" / "custodian" / "client"

MEASURE = """
import { BASE, readPoint, times, writePoint } from './protocol/group.js'
import { Multiplier } from './protocol/multiply.js'
window.measureRaw = async (count) => {
  const secret = BigInt('0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef')
  const encs = Array.from({ length: count }, (_, i) => writePoint(times(BASE, BigInt(i + 2))))
  const timed = async (work) => {
    const began = performance.now()
    await work()
    return (performance.now() - began) / count
  }
  const multiplier = new Multiplier(secret)
  await multiplier.natively(encs) // warm
  const script = await timed(() => encs.forEach((enc) => times(readPoint(enc), secret)))
  return { script, native: await timed(() => multiplier.natively(encs)) }
}
"""


def measure(folder: Path) -> list[tuple[str, str, str]]:
    """Rows of (what, figure, beside)."""
    house = House(folder / "instance")
    office = Office(house)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        desk = _closed(office, browser, folder)
        took = _open(desk)
        desk.page.evaluate(_bundle(folder))
        raw = desk.page.evaluate("count => measureRaw(count)", RAW)
        desk.context.close()
        browser.close()
    house.stop()
    per_ballot = took / BALLOTS
    return [
        (f"{BALLOTS} ballots, click to handed in", f"{took / 1000:.1f} s", "passphrase and server's check included"),
        ("per ballot", f"{per_ballot:.2f} ms", f"{per_ballot / raw['script']:.2f} of one multiplication in script"),
        ("one multiplication, the browser's own", f"{raw['native']:.2f} ms", "two Diffie-Hellman and y from the law"),
        ("one multiplication in script", f"{raw['script']:.2f} ms", "@noble/curves, constant time"),
    ]


def _closed(office: Office, browser: Browser, folder: Path) -> Desk:
    desks = [Desk(browser, invitation, folder) for invitation in office.invitations]
    office.make_key(desks)
    for desk in desks[1:]:
        desk.context.close()
    office.collect(0, before_closing=lambda: _fill(office))
    return desks[0]


def _fill(office: Office) -> None:
    engine = create_engine(office.services.settings.database_url)
    rows = []
    for _ in range(BALLOTS):
        token, enc = secrets.token_bytes(354), p256().mult_base(encode_scalar(random_scalar(secrets.token_bytes)))
        digest = hashlib.sha256(token).digest()
        rows.append({"token": token, "token_digest": digest, "enc": enc, "ct": b"", "receipt": digest})
    with engine.begin() as connection:
        connection.execute(ballots.insert(), [{"evaluation": office.world.first.id, **row} for row in rows])
    engine.dispose()


def _open(desk: Desk) -> float:
    """Milliseconds."""
    page: Page = desk.open()
    page.set_default_timeout(600_000)
    desk.wait_for("开封")
    page.locator("input[type=file]").set_input_files(desk.file)
    page.locator("input[type=password]").fill(WORDS)
    page.get_by_role("checkbox").check()
    took: float = page.evaluate(
        """() => new Promise((resolve) => {
            const began = performance.now()
            const look = () => document.querySelector('h1').textContent === '您的那一份已经交出'
            new MutationObserver(() => look() && resolve(performance.now() - began))
                .observe(document, { childList: true, subtree: true })
            document.querySelector('button.main').click()
        })"""
    )
    return took


def _bundle(folder: Path) -> str:
    entry, target = CLIENT / ".measure.js", folder / "measure.js"
    entry.write_text(MEASURE, "utf-8")
    try:
        esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
        options = ("--bundle", "--format=iife", "--target=es2020", f"--outfile={target}", "--log-level=error")
        subprocess.run([esbuild, entry, *options], check=True, cwd=ROOT)
    finally:
        entry.unlink()
    return target.read_text("utf-8")
