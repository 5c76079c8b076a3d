/**
 * Replacing a lost custodian: the others share the same key anew, and the newcomer gets a share of it. Rules and bytes
 * as in survey/crypto/replacement.py: each of the others brings in weight * old share, the newcomer 1.
 */
import { concat, equal, fromBase64url, uint, utf8 } from '../../../respondent/client/protocol/bytes.js'
import { BASE, hash, inverse, ORDER, POINT_LEN, readPoint, reduced, times, writePoint } from './group.js'
import { fault, Refusal } from './refusal.js'

const ONE = BigInt(1)

/** {index, publicKey, verificationKeys} of what stands under "replaces" in a board; null where nothing does. */
export function readReplacement({ replaces, custodians, threshold }) {
  if (!replaces) return null
  const keys = Array.isArray(replaces.verification_keys) ? replaces.verification_keys.map(fromBase64url) : []
  const replacement = { index: replaces.index, publicKey: fromBase64url(replaces.public_key), verificationKeys: keys }
  const isWhole =
    Number.isInteger(replacement.index) &&
    replacement.index >= 1 &&
    replacement.index <= keys.length &&
    keys.length === custodians.length &&
    keys.length - 1 >= threshold &&
    [replacement.publicKey, ...keys].every((key) => key.length === POINT_LEN)
  if (!isWhole) throw new Refusal('broken-board')
  return replacement
}

/** What the key making of a round is bound to (bytes): its id, and which key is shared anew. */
export function contextOf(round, replacement) {
  if (replacement === null) return utf8(round)
  const before = hash(replacement.publicKey, ...replacement.verificationKeys)
  return concat(utf8(`${round}\0replace`), uint(replacement.index, 2), before)
}

/** The Lagrange coefficient at 0 of one of the others. */
function weight({ index: lost, verificationKeys }, index) {
  let product = ONE
  for (let other = 1; other <= verificationKeys.length; other++) {
    if (other === lost || other === index) continue
    product = (product * BigInt(other) * inverse(BigInt(other - index))) % ORDER
  }
  return reduced(product)
}

/** What custodian `index` must take. oldSecret: a number; null for the newcomer. */
export function constantTerm(replacement, index, oldSecret) {
  if (index === replacement.index) return ONE
  const isOwn = oldSecret !== null && equal(writePoint(times(BASE, oldSecret)), replacement.verificationKeys[index - 1])
  if (!isOwn) throw new Refusal('foreign-share')
  return (weight(replacement, index) * oldSecret) % ORDER
}

/** Throws a fault unless the custodian brought in their own old share. */
export function checkConstantTerm(replacement, { index, coefficients }) {
  const old = () => readPoint(replacement.verificationKeys[index - 1])
  const expected = index === replacement.index ? BASE : times(old(), weight(replacement, index))
  if (!equal(coefficients[0], writePoint(expected))) throw fault(index, 'other-share')
}

/** The sum holds one too many: the newcomer's 1. */
export const correctedKey = (key) => writePoint(readPoint(key).subtract(BASE))
export const correctedSecret = (secret) => reduced(secret - ONE)
