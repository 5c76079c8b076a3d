/**
 * Bytes and their written forms: hexadecimal, base64url (RFC 4648, section 5), base32 (section 6), UTF-8.
 *
 * Law: decoding is strict; anything that is not canonical throws, because a key or token read two ways is a way
 * to tell people apart.
 */

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export function equal(a, b) {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function fromHex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new RangeError('not lower-case hexadecimal')
  const bytes = new Uint8Array(text.length / 2)
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(text.slice(2 * at, 2 * at + 2), 16)
  return bytes
}

/** base64url with padding, as RFC 9577 writes it in headers. */
export function toBase64url(bytes) {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_')
}

/** Read with or without padding; the unused bits of the last character must be zero. */
export function fromBase64url(text) {
  const bare = String(text).replace(/={0,2}$/, '')
  if (!/^[A-Za-z0-9_-]*$/.test(bare) || bare.length % 4 === 1) throw new RangeError('not base64url')
  const raw = atob(bare.replace(/-/g, '+').replace(/_/g, '/'))
  const bytes = Uint8Array.from(raw, (character) => character.charCodeAt(0))
  if (toBase64url(bytes).replace(/=/g, '') !== bare) throw new RangeError('not canonical base64url')
  return bytes
}

/** base32 without padding: 32 bytes become 52 characters, which can be read aloud. */
export function toBase32(bytes) {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32[(held >> bits) & 31]
    }
  }
  return bits ? text + BASE32[(held << (5 - bits)) & 31] : text
}

export function fromBase32(text) {
  const bytes = []
  let held = 0
  let bits = 0
  for (const character of text) {
    const value = BASE32.indexOf(character)
    if (value < 0) throw new RangeError('not base32')
    held = ((held << 5) | value) & 0xffff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((held >> bits) & 255)
    }
  }
  const whole = Uint8Array.from(bytes)
  if (toBase32(whole) !== text) throw new RangeError('not canonical base32')
  return whole
}

/** Groups of four characters, as on slips and receipts. */
export function inGroups(text, separator = ' ') {
  return (text.match(/.{1,4}/g) || []).join(separator)
}

export const utf8 = (text) => new TextEncoder().encode(text)

/** Big-endian unsigned integer of `length` bytes. */
export function uint(value, length) {
  const bytes = new Uint8Array(length)
  for (let at = length - 1, rest = value; at >= 0; at--, rest = Math.floor(rest / 256)) bytes[at] = rest % 256
  return bytes
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

export async function sha384(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-384', bytes))
}

export function randomBytes(length) {
  return crypto.getRandomValues(new Uint8Array(length))
}
