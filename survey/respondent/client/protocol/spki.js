/**
 * The token key as RFC 9578, section 6.5, writes it: SubjectPublicKeyInfo with the RSASSA-PSS OID, SHA-384, salt 48.
 *
 * For RSA-2048 with e = 65537 everything but the modulus is constant, so strict parsing is comparing: a second way
 * to write the same key would give a second key id, and a key id of one's own is a mark.
 */
import { equal, fromHex } from './bytes.js'
import { bytesToInt } from './numbers.js'

export const MODULUS_LEN = 256
export const SPKI_LEN = 342

const HEAD = fromHex(
  '30820152' +
    '303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108' +
    '300b0609608648016503040202a203020130' +
    '0382010f00' +
    '3082010a0282010100'
)
const TAIL = fromHex('0203010001')

/** 342 bytes of SPKI -> {n, e} as BigInt; throws RangeError for anything else. */
export function parseTokenKey(spki) {
  if (
    spki.length !== SPKI_LEN ||
    !equal(spki.subarray(0, HEAD.length), HEAD) ||
    !equal(spki.subarray(SPKI_LEN - TAIL.length), TAIL)
  ) {
    throw new RangeError('not an RSASSA-PSS key of the expected form')
  }
  const modulus = spki.subarray(HEAD.length, HEAD.length + MODULUS_LEN)
  if (modulus[0] < 0x80 || modulus[MODULUS_LEN - 1] % 2 === 0) throw new RangeError('not a modulus of 2048 bits')
  return { n: bytesToInt(modulus), e: BigInt(65537) }
}
