/**
 * Blind RSA signatures, variant RSABSSA-SHA384-PSS-Deterministic (RFC 9474), the client's half.
 *
 * What the server sees is m * r^e mod n with r drawn evenly and once: every message is equally likely behind it,
 * whatever the server can compute. The numbers in the comments are the steps of RFC 9474, sections 4.2 and 4.4.
 */
import { concat, equal, randomBytes, sha384, uint } from './bytes.js'
import { bytesToInt, intToBytes, inverseMod, powMod, randomBelow } from './numbers.js'
import { MODULUS_LEN } from './spki.js'

const HASH_LEN = 48
const SALT_LEN = 48
const EM_BITS = 8 * MODULUS_LEN - 1

/** MGF1 with SHA-384 (RFC 8017, appendix B.2.1). */
async function mgf1(seed, length) {
  const blocks = []
  for (let counter = 0; counter * HASH_LEN < length; counter++) {
    blocks.push(await sha384(concat(seed, uint(counter, 4))))
  }
  return concat(...blocks).subarray(0, length)
}

/** EMSA-PSS-ENCODE (RFC 8017, section 9.1.1) for 2047 bits: 256 bytes. */
async function emsaPssEncode(message, salt) {
  const hash = await sha384(concat(new Uint8Array(8), await sha384(message), salt))
  const data = new Uint8Array(MODULUS_LEN - HASH_LEN - 1)
  data[data.length - SALT_LEN - 1] = 1
  data.set(salt, data.length - SALT_LEN)
  const mask = await mgf1(hash, data.length)
  const masked = data.map((byte, index) => byte ^ mask[index])
  masked[0] &= 0xff >> (8 * MODULUS_LEN - EM_BITS)
  return concat(masked, hash, Uint8Array.of(0xbc))
}

/**
 * Blind (section 4.2) -> {blindedMessage, inv, encodedMessage}, 256 bytes each.
 * `fixed` = {salt, r} only for test vectors.
 */
export async function blind(key, message, fixed = {}) {
  const encodedMessage = await emsaPssEncode(message, fixed.salt || randomBytes(SALT_LEN)) // 1, 2
  const m = bytesToInt(encodedMessage) // 3
  if (inverseMod(m, key.n) === null) throw new RangeError('invalid input') // 4, 5
  const r = fixed.r ? bytesToInt(fixed.r) : randomBelow(key.n, MODULUS_LEN) // 6
  const inv = inverseMod(r, key.n) // 7
  if (inv === null) throw new RangeError('blinding error') // 8
  const x = powMod(r, key.e, key.n) // 9
  const z = (m * x) % key.n // 10
  return {
    blindedMessage: intToBytes(z, MODULUS_LEN), // 11
    inv: intToBytes(inv, MODULUS_LEN),
    encodedMessage,
  }
}

/**
 * Finalize (section 4.4) -> signature, 256 bytes; throws RangeError when the server signed something else.
 *
 * Step 5 needs no second encoding: the phone knows the encoded message, so s^e = EM is RSASSA-PSS-VERIFY.
 */
export function finalize(key, state, blindSignature) {
  if (blindSignature.length !== MODULUS_LEN) throw new RangeError('unexpected input size') // 1
  const z = bytesToInt(blindSignature) // 2
  if (z >= key.n) throw new RangeError('invalid signature')
  const s = (z * bytesToInt(state.inv)) % key.n // 3
  const opened = intToBytes(powMod(s, key.e, key.n), MODULUS_LEN)
  if (!equal(opened, state.encodedMessage)) throw new RangeError('invalid signature') // 5, 6
  return intToBytes(s, MODULUS_LEN) // 4
}
