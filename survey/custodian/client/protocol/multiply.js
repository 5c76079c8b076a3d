/**
 * secret * point for a long list of points, quickly.
 *
 * The browser's own Diffie-Hellman (WebCrypto) multiplies natively and in constant time, but gives x-coordinates only.
 * With Q = k P and the x-coordinates of k P and of (k + 1) P = Q + P, the y of Q follows from the addition law:
 *     y_Q = (2b + (a + x_P x_Q)(x_P + x_Q) - x_{Q+P} (x_P - x_Q)^2) / (2 y_P)
 * (Brier, Joye 2002, "Weierstrass elliptic curves and side-channel attacks"). Law: every result is checked to lie on
 * the curve; where it does not, or where the browser refuses, the plain multiplication of group.js decides.
 */
import { toBase64url } from '../../../respondent/client/protocol/bytes.js'
import { BASE, FIELD, numberOf, POINT_LEN, readPoint, times, writePoint, writeScalar } from './group.js'

const { P, a: A, b: B } = FIELD
const ALGORITHM = { name: 'ECDH', namedCurve: 'P-256' }
const TWO = BigInt(2)
const mod = (number) => ((number % P) + P) % P

/** A private key of the browser: scalar (number) and its public point. */
function importSecret(scalar, point) {
  const bytes = writePoint(point)
  const key = {
    kty: 'EC',
    crv: 'P-256',
    d: unpadded(writeScalar(scalar)),
    x: unpadded(bytes.slice(1, 33)),
    y: unpadded(bytes.slice(33)),
  }
  return crypto.subtle.importKey('jwk', key, ALGORITHM, false, ['deriveBits'])
}

const unpadded = (bytes) => toBase64url(bytes).replace(/=/g, '')

export class Multiplier {
  constructor(secret) {
    this.secret = secret
  }

  /** 65 bytes each, in order, one after another; throws Refusal at bytes that are no point. */
  async all(encs) {
    try {
      return await this.natively(encs)
    } catch (error) {
      return this.plainly(encs) // says which point is none, if that is why
    }
  }

  plainly(encs) {
    const out = new Uint8Array(encs.length * POINT_LEN)
    encs.forEach((enc, i) => out.set(this.plain(enc), i * POINT_LEN))
    return out
  }

  plain(enc) {
    return writePoint(times(readPoint(enc), this.secret))
  }

  async natively(encs) {
    if (!this.keys) {
      const point = times(BASE, this.secret)
      const next = importSecret(this.secret + BigInt(1), point.add(BASE))
      this.keys = await Promise.all([importSecret(this.secret, point), next])
    }
    const points = await Promise.all(encs.map((enc) => crypto.subtle.importKey('raw', enc, ALGORITHM, false, [])))
    const derive = (key) => (point) => crypto.subtle.deriveBits({ name: 'ECDH', public: point }, key, 256)
    const [xs, nexts] = await Promise.all(this.keys.map((key) => Promise.all(points.map(derive(key)))))
    const inverses = invertAll(encs.map((enc) => mod(TWO * numberOf(enc.subarray(33)))))
    const out = new Uint8Array(encs.length * POINT_LEN)
    encs.forEach((enc, i) => out.set(this.whole(enc, xs[i], nexts[i], inverses[i]), i * POINT_LEN))
    return out
  }

  /** Q in 65 bytes. xBits, nextBits: x of Q and of Q + P; inverse: 1 / (2 y_P). */
  whole(enc, xBits, nextBits, inverse) {
    const x0 = numberOf(enc.subarray(1, 33))
    const bytes = new Uint8Array(xBits)
    const [x, next] = [numberOf(bytes), numberOf(new Uint8Array(nextBits))]
    const difference = x0 - x
    const y = mod((TWO * B + (A + x0 * x) * (x0 + x) - next * mod(difference * difference)) * inverse)
    if (mod(y * y - (x * x + A) * x - B) !== BigInt(0)) return this.plain(enc)
    const out = new Uint8Array(POINT_LEN)
    out[0] = 4
    out.set(bytes, 1)
    out.set(writeNumber(y), 33)
    return out
  }
}

function writeNumber(number) {
  const hex = number.toString(16).padStart(64, '0')
  return Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16))
}

/** Montgomery's trick: one inversion for the whole list. */
function invertAll(numbers) {
  const products = []
  let product = BigInt(1)
  for (const number of numbers) {
    products.push(product)
    product = mod(product * number)
  }
  let inverse = FIELD.inverse(product)
  const out = new Array(numbers.length)
  for (let i = numbers.length - 1; i >= 0; i--) {
    out[i] = mod(inverse * products[i])
    inverse = mod(inverse * numbers[i])
  }
  return out
}
