/**
 * The only door to the network.
 *
 * Law: every phone asks in the same words. No cookie, no referrer, no cache, no language: a header that differs
 * is a mark. Only this installation is asked (connect-src 'self' says it again).
 */
import { kindOf, Trouble } from './trouble.js'

const PATIENCE = 20000 // a hall's Wi-Fi may stall; a stalled request is a failed one
const PAUSES = [700, 2000, 5000]

/**
 * Every request of this page since it was opened, for the person to look at: {method, path, headers, sent, received};
 * headers: bytes of the header lines that this page wrote itself; sent, received: bytes of the bodies (received is
 * null where no answer came). Kept in memory only.
 */
export const ledger = []

/** For the next person at a shared tablet. */
export const forgetRequests = () => {
  ledger.length = 0
}

const lineLength = ([name, value]) => name.length + value.length + 4 // ": " and the line's end

/** -> bytes of the body; throws Trouble for anything but 200 or 201 with the expected media type. */
export async function ask(path, { method = 'GET', headers = {}, body, expect } = {}) {
  const written = { Accept: '*/*', 'Accept-Language': '*', ...headers }
  const headerBytes = Object.entries(written).reduce((sum, line) => sum + lineLength(line), 0)
  const deed = { method, path, headers: headerBytes, sent: body ? body.length : 0, received: null }
  ledger.push(deed)
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), PATIENCE)
  let response, bytes
  try {
    response = await fetch(path, {
      method,
      body,
      headers: written,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      redirect: 'error',
      signal: controller.signal,
    })
    bytes = new Uint8Array(await response.arrayBuffer())
    deed.received = bytes.length
  } catch (error) {
    throw new Trouble('network')
  } finally {
    clearTimeout(timer)
  }
  const mediaType = response.headers.get('Content-Type') || ''
  if (!response.ok) throw new Trouble(kindOf(response.status, mediaType, new TextDecoder().decode(bytes)))
  // A portal of the local network answers 200 with a page of its own.
  if (mediaType.split(';')[0].trim() !== expect) throw new Trouble('network')
  return bytes
}

/** Ask again after a pause where the failure may pass; uneven pauses, so that a hall does not come back as one. */
export async function patiently(work) {
  for (const pause of PAUSES) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Trouble) || !error.isPassing) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, pause * (0.75 + Math.random() / 2)))
  }
  return work()
}
