/**
 * Distributed key generation: one custodian's arithmetic, and the checks of everybody's. Bytes and rules as in
 * survey/crypto/dkg*.py. Here a reveal is {index, coefficients, proof, sealing_key, nonce} in bytes.
 */
import { concat, equal, randomBytes, toBase64url, uint, utf8 } from '../../../respondent/client/protocol/bytes.js'
import { canonicalJson } from './canonical.js'
import {
  addAll,
  BASE,
  hash,
  isPoint,
  numberOf,
  ORDER,
  POINT_LEN,
  randomScalar,
  readPoint,
  reduced,
  seeded,
  times,
  writePoint,
  writeScalar,
} from './group.js'
import { Pairs, proveKnowledge, proveList, verifyKnowledge, verifyList } from './proofs.js'
import { fault, Refusal } from './refusal.js'
import { openWithDh, seal } from './sealed.js'

const NONCE_LEN = 32
const ZERO = BigInt(0)

/** 32 bytes that say for which round, custodians and threshold; context: bytes. */
export function roundContext(context, names, threshold) {
  const facts = { context: toBase64url(context), names, threshold }
  return hash(utf8('survey/key-making/v1\0'), canonicalJson(facts))
}

const statementOf = (context, reveal) => concat(context, uint(reveal.index, 2), ...reveal.coefficients, reveal.sealing_key)
export const revealDigest = (context, reveal) => hash(statementOf(context, reveal), reveal.proof, reveal.nonce)

export function checkReveal(context, threshold, committed, reveal) {
  const { index, coefficients, sealing_key: key, nonce, proof } = reveal
  if (coefficients.length !== threshold || nonce.length !== NONCE_LEN) throw fault(index, 'form')
  if (![...coefficients, key].every(isPoint)) throw fault(index, 'no-point')
  if (!equal(revealDigest(context, reveal), committed)) throw fault(index, 'other-reveal')
  try {
    verifyKnowledge(coefficients[0], statementOf(context, reveal), proof)
  } catch (error) {
    throw fault(index, 'no-knowledge')
  }
}

/** f(index) * G of one custodian's coefficients. */
function sharePoint(coefficients, index) {
  const points = coefficients.map(readPoint)
  return points.reduceRight((sum, point) => sum.multiplyUnsafe(BigInt(index)).add(point))
}

export const publicKeyOf = (reveals) => writePoint(addAll(reveals.map((one) => readPoint(one.coefficients[0]))))
export const verificationKeyOf = (reveals, index) =>
  writePoint(addAll(reveals.map((one) => sharePoint(one.coefficients, index))))

const revealedDigest = (context, reveals) =>
  hash(utf8('survey/key-making/revealed/v1\0'), ...reveals.map((one) => revealDigest(context, one)))
const ends = (sender, receiver) => concat(uint(sender, 2), uint(receiver, 2))
export const subShareInfo = (context, reveals, sender, receiver) =>
  concat(utf8('survey/key-making/sub-share/v1\0'), revealedDigest(context, reveals), ends(sender, receiver))
const confirmationStatement = (context, reveals, index) =>
  concat(utf8('survey/key-making/confirm/v1\0'), revealedDigest(context, reveals), uint(index, 2))
const complaintContext = (context, sender, receiver) =>
  concat(utf8('complaint'), context, ends(sender, receiver))

export function checkConfirmation(context, reveals, index, proof) {
  try {
    verifyKnowledge(verificationKeyOf(reveals, index), confirmationStatement(context, reveals, index), proof)
  } catch (error) {
    throw fault(index, 'no-share')
  }
}

/** The sub-share as a number, checked against the sender's coefficients; null when anything is wrong with it. */
async function opened(context, reveals, sender, receiver, sealed, dh) {
  if (!dh.length) return null
  const info = subShareInfo(context, reveals, sender, receiver)
  const key = reveals[receiver - 1].sealing_key
  let secret
  try {
    secret = await openWithDh(dh, sealed.slice(0, POINT_LEN), key, info, sealed.slice(POINT_LEN))
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
  const value = numberOf(secret)
  if (secret.length !== 32 || reduced(value) === ZERO) return null
  const expected = writePoint(sharePoint(reveals[sender - 1].coefficients, receiver))
  return equal(writePoint(times(BASE, reduced(value))), expected) ? value : null
}

/** Who broke the rules, from public messages alone: a Refusal that names the accused or the accuser. */
export async function judge(context, reveals, sealed, accuser, { accused, dh, proof }) {
  const enc = sealed.slice(0, POINT_LEN)
  if (isPoint(enc)) {
    try {
      const key = reveals[accuser - 1].sealing_key
      await verifyList(key, [enc], [dh], proof, complaintContext(context, accused, accuser))
    } catch (error) {
      return fault(accuser, 'false-complaint')
    }
  }
  const value = await opened(context, reveals, accused, accuser, sealed, isPoint(enc) ? dh : new Uint8Array(0))
  return value === null ? fault(accused, 'wrong-sub-share') : fault(accuser, 'false-complaint')
}

/**
 * One custodian's side. Everything that is committed to is drawn from `draws`, so that it comes out the same again.
 * constantTerm: given only where an existing key is shared anew (replacement.js).
 */
export class Participant {
  constructor(context, threshold, index, draws, constantTerm = null) {
    this.context = context
    this.index = index
    this.polynomial = Array.from({ length: threshold }, () => randomScalar(draws))
    if (constantTerm !== null) this.polynomial[0] = constantTerm
    this.sealingSecret = randomScalar(draws)
    const coefficients = this.polynomial.map((a) => writePoint(times(BASE, a)))
    const reveal = { index, coefficients, sealing_key: writePoint(times(BASE, this.sealingSecret)) }
    reveal.proof = proveKnowledge(this.polynomial[0], statementOf(context, reveal), draws)
    reveal.nonce = draws(NONCE_LEN)
    this.reveal = reveal
  }

  commit() {
    return revealDigest(this.context, this.reveal)
  }

  /** One sealed sub-share for each custodian. */
  deal(reveals) {
    return Promise.all(
      reveals.map((receiver) => {
        const value = this.polynomial.reduceRight((sum, a) => (sum * BigInt(receiver.index) + a) % ORDER, ZERO)
        const info = subShareInfo(this.context, reveals, this.index, receiver.index)
        return seal(receiver.sealing_key, info, writeScalar(value))
      }),
    )
  }

  /** -> {complaints, values}: what was sent to this custodian, from everybody in order. */
  async receive(reveals, sealedOnes) {
    const complaints = []
    const values = []
    for (const [at, sealed] of sealedOnes.entries()) {
      const sender = at + 1
      const enc = sealed.slice(0, POINT_LEN)
      const dh = isPoint(enc) ? writePoint(times(readPoint(enc), this.sealingSecret)) : new Uint8Array(0)
      const value = await opened(this.context, reveals, sender, this.index, sealed, dh)
      if (value === null) complaints.push({ accused: sender, dh, proof: await this.complain(sender, enc, dh) })
      else values.push(value)
    }
    return { complaints, values }
  }

  async complain(sender, enc, dh) {
    if (!dh.length) return new Uint8Array(0)
    const pairs = new Pairs()
    pairs.add(enc, dh)
    return proveList(this.sealingSecret, pairs, () => enc, complaintContext(this.context, sender, this.index))
  }

  /** -> {secret (number), proof}: the share, and the proof that it is held. */
  finish(reveals, values) {
    const secret = values.reduce((sum, value) => (sum + value) % ORDER, ZERO)
    return { secret, proof: proveKnowledge(secret, confirmationStatement(this.context, reveals, this.index), randomBytes) }
  }
}

export const drawsOf = (seed, subject) => seeded(seed, concat(utf8('survey/ceremony/draws/v1\0'), subject))
