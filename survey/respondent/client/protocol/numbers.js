/**
 * Large whole numbers for RSA-2048, on BigInt.
 *
 * BigInt() calls instead of literals: the bundle must parse on phones whose parser knows no `1n`, so that the
 * feature test can speak to their owner. Not constant time; every secret here is used once and never leaves the
 * phone.
 */
import { fromHex, randomBytes, toHex } from './bytes.js'

/** OS2IP (RFC 8017, section 4.2). */
export function bytesToInt(bytes) {
  return BigInt('0x' + (toHex(bytes) || '0'))
}

/** I2OSP (RFC 8017, section 4.1); throws RangeError when the number does not fit. */
export function intToBytes(number, length) {
  const hex = number.toString(16).padStart(2 * length, '0')
  if (hex.length > 2 * length) throw new RangeError('integer too large')
  return fromHex(hex)
}

/** base^exponent mod modulus, for public exponents only (the time depends on the exponent). */
export function powMod(base, exponent, modulus) {
  const two = BigInt(2)
  let result = BigInt(1)
  let square = base % modulus
  for (let rest = exponent; rest > 0; rest /= two) {
    if (rest % two) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

/** The inverse of a modulo n, or null where a and n share a factor (extended Euclid). */
export function inverseMod(a, n) {
  let [rest, nextRest] = [n, a % n]
  let [factor, nextFactor] = [BigInt(0), BigInt(1)]
  while (nextRest) {
    const quotient = rest / nextRest
    ;[rest, nextRest] = [nextRest, rest - quotient * nextRest]
    ;[factor, nextFactor] = [nextFactor, factor - quotient * nextFactor]
  }
  if (rest !== BigInt(1)) return null
  return factor < 0 ? factor + n : factor
}

/** Evenly random in [1, n): drawn again until it fits, never reduced. */
export function randomBelow(n, length) {
  for (;;) {
    const candidate = bytesToInt(randomBytes(length))
    if (candidate > 0 && candidate < n) return candidate
  }
}
