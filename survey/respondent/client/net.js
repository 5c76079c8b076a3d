/**
 * The only door to the network.
 *
 * Law: every phone asks in the same words. No cookie, no referrer, no cache, no language: a header that differs
 * is a mark. Only this installation is asked (connect-src 'self' says it again).
 */
import { kindOf, Trouble } from './trouble.js'

const PATIENCE = 20000 // a hall's Wi-Fi may stall; a stalled request is a failed one
const PAUSES = [700, 2000, 5000]

/** -> bytes of the body; throws Trouble for anything but 200 or 201 with the expected media type. */
export async function ask(path, { method = 'GET', headers = {}, body, expect } = {}) {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), PATIENCE)
  let response, bytes
  try {
    response = await fetch(path, {
      method,
      body,
      headers: { Accept: '*/*', 'Accept-Language': '*', ...headers },
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      redirect: 'error',
      signal: controller.signal,
    })
    bytes = new Uint8Array(await response.arrayBuffer())
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
