/**
 * Sealing: HPKE base mode, single shot (RFC 9180), DHKEM(P-256, HKDF-SHA256) / HKDF-SHA256 / AES-128-GCM.
 *
 * Law: every sealed ballot of an evaluation has the same length, so the network learns from it only that there is
 * one. The info string ties it to the published facts and to the token, so it cannot be cast under another.
 */
import { AEAD_AES_128_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from 'hpke'
import { concat, sha256, uint, utf8 } from './bytes.js'

export const ENC_LEN = 65
export const TAG_LEN = 16
const LENGTH_LEN = 4
const INFO = 'survey/ballot/v1\0'

/** "survey/ballot/v1", 0, manifest digest (32), SHA-256 of the token (32). */
export async function ballotInfo(manifestDigest, token) {
  return concat(utf8(INFO), manifestDigest, await sha256(token))
}

/** Length (4 bytes), data, zeros up to `plaintextLength`; throws RangeError when the data do not fit. */
export function pad(data, plaintextLength) {
  const room = plaintextLength - LENGTH_LEN - data.length
  if (room < 0) throw new RangeError('answers do not fit')
  return concat(uint(data.length, LENGTH_LEN), data, new Uint8Array(room))
}

/** enc (65) | ct (plaintext + 16). */
export async function seal(publicKey, info, plaintext) {
  const suite = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_128_GCM)
  const key = await suite.DeserializePublicKey(publicKey)
  const { encapsulatedSecret, ciphertext } = await suite.Seal(key, plaintext, { info })
  return concat(encapsulatedSecret, ciphertext)
}

/** SHA-256(enc | SHA-256(ct)): proves that this ballot is in the box, and nothing about what it says. */
export async function receiptOf(sealed) {
  return sha256(concat(sealed.subarray(0, ENC_LEN), await sha256(sealed.subarray(ENC_LEN))))
}
