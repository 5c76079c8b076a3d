/**
 * Sub-shares sealed to one custodian: HPKE base mode, single shot (RFC 9180), DHKEM(P-256, HKDF-SHA256) / HKDF-SHA256 /
 * AES-128-GCM. Opening starts from the Diffie-Hellman point, because a complaint shows exactly that point. Same bytes as
 * survey/crypto/sealing.py; AES is the browser's own.
 */
import { concat, uint, utf8 } from '../../../respondent/client/protocol/bytes.js'
import { BASE, hmac, randomScalar, readPoint, sha256, times, writePoint } from './group.js'
import { Refusal } from './refusal.js'

const VERSION = utf8('HPKE-v1')
const KEM = concat(utf8('KEM'), uint(0x0010, 2))
const HPKE = concat(utf8('HPKE'), uint(0x0010, 2), uint(0x0001, 2), uint(0x0001, 2))
const NOTHING = new Uint8Array(0)

const extract = (suite, salt, label, ikm) =>
  hmac(sha256, salt.length ? salt : new Uint8Array(32), concat(VERSION, suite, utf8(label), ikm))
const expand = (suite, prk, label, info, length) =>
  hmac(sha256, prk, concat(uint(length, 2), VERSION, suite, utf8(label), info, Uint8Array.of(1))).slice(0, length)

async function schedule(dh, enc, publicKey, info) {
  const eae = extract(KEM, NOTHING, 'eae_prk', dh.slice(1, 33))
  const shared = expand(KEM, eae, 'shared_secret', concat(enc, publicKey), 32)
  const context = concat(
    Uint8Array.of(0),
    extract(HPKE, NOTHING, 'psk_id_hash', NOTHING),
    extract(HPKE, NOTHING, 'info_hash', info),
  )
  const secret = extract(HPKE, shared, 'secret', NOTHING)
  const key = await crypto.subtle.importKey('raw', expand(HPKE, secret, 'key', context, 16), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])
  return [key, { name: 'AES-GCM', iv: expand(HPKE, secret, 'base_nonce', context, 12) }]
}

/** enc (65) || ct. publicKey: 65 bytes. */
export async function seal(publicKey, info, plaintext) {
  const e = randomScalar()
  const enc = writePoint(times(BASE, e))
  const dh = writePoint(times(readPoint(publicKey), e))
  const [key, how] = await schedule(dh, enc, publicKey, info)
  return concat(enc, new Uint8Array(await crypto.subtle.encrypt(how, key, plaintext)))
}

/** The plaintext, from the point key * enc; throws Refusal('unseal-failed'). */
export async function openWithDh(dh, enc, publicKey, info, ct) {
  const [key, how] = await schedule(dh, enc, publicKey, info)
  try {
    return new Uint8Array(await crypto.subtle.decrypt(how, key, ct))
  } catch (error) {
    throw new Refusal('unseal-failed')
  }
}
