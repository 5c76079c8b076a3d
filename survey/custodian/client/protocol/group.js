/**
 * P-256: points of 65 bytes, scalars of 32, hashing to scalars (RFC 9497, section 4.3; RFC 9380, section 5.3.1).
 *
 * Law: what comes in is checked (length, on the curve, not infinity) and refused with a Refusal; scalars are taken
 * modulo the order. Same bytes as survey/crypto/arithmetic.py and scalars.py.
 */
import { pippenger } from '@noble/curves/abstract/curve.js'
import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js'
import { p256 } from '@noble/curves/nist.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concat, randomBytes, uint, utf8 } from '../../../respondent/client/protocol/bytes.js'
import { Refusal } from './refusal.js'

const { Point } = p256
export const ORDER = Point.Fn.ORDER
export const POINT_LEN = 65
export const BASE = Point.BASE
const SCALAR_LEN = 32
const WIDE_LEN = 48

/** The field of the coordinates: y^2 = x^3 + a x + b modulo P. */
export const FIELD = {
  P: Point.Fp.ORDER,
  a: Point.CURVE().a,
  b: Point.CURVE().b,
  inverse: (number) => Point.Fp.inv(number),
}

export { hmac, sha256 }
export const hash = (...parts) => sha256(concat(...parts))

/** The point of 65 uncompressed bytes; throws Refusal for anything else. */
export function readPoint(bytes) {
  if (bytes.length !== POINT_LEN || bytes[0] !== 4) throw new Refusal('not-a-point')
  try {
    const point = Point.fromBytes(bytes)
    point.assertValidity()
    return point
  } catch (error) {
    throw new Refusal('not-a-point')
  }
}

export function isPoint(bytes) {
  try {
    readPoint(bytes)
    return true
  } catch (error) {
    return false
  }
}

export const writePoint = (point) => {
  if (point.is0()) throw new Refusal('not-a-point')
  return point.toBytes(false)
}

/** 1 / number modulo the order. */
export const inverse = (number) => Point.Fn.inv(reduced(number))

export const reduced = (number) => ((number % ORDER) + ORDER) % ORDER

export function numberOf(bytes) {
  let number = BigInt(0)
  for (const byte of bytes) number = (number << BigInt(8)) | BigInt(byte)
  return number
}

export function writeScalar(number) {
  const hex = reduced(number).toString(16).padStart(2 * SCALAR_LEN, '0')
  return Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16))
}

/** Exactly 32 bytes below the order. */
export function readScalar(bytes) {
  const number = numberOf(bytes)
  if (bytes.length !== SCALAR_LEN || number >= ORDER) throw new Refusal('not-a-scalar')
  return number
}

/** secret * point, in constant time as far as BigInt allows; the secret is never zero here. */
export const times = (point, scalar) => point.multiply(scalar)

/** sum of scalar * point over public values. */
export function sumOf(points, scalars) {
  return pippenger(Point, points, scalars.map(reduced))
}

export const addAll = (points) => points.reduce((sum, point) => sum.add(point), Point.ZERO)

/** Uniform in 1 .. ORDER - 1; takes 48 bytes of `draw`. */
export function randomScalar(draw = randomBytes) {
  return (numberOf(draw(WIDE_LEN)) % (ORDER - BigInt(1))) + BigInt(1)
}

/** HashToScalar under a context string (bytes). */
export function scalarHash(contextString) {
  const tag = concat(utf8('HashToScalar-'), contextString)
  return (message) => numberOf(expand_message_xmd(message, tag, WIDE_LEN, sha256)) % ORDER
}

/** Randomness that comes again (survey/crypto/seeded.py): call k for n bytes takes the next stretch. */
export function seeded(seed, info) {
  let calls = 0
  return (length) => {
    const start = concat(info, uint(calls++, 4))
    const blocks = []
    for (let j = 0; j * 32 < length; j++) blocks.push(hmac(sha256, seed, concat(start, uint(j, 4))))
    return concat(...blocks).slice(0, length)
  }
}
