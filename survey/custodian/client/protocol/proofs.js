/**
 * Two proofs: that D_i = k * C_i for a whole list (Chaum-Pedersen with composites), and that somebody knows a secret
 * (Schnorr). Bytes as in survey/crypto/dleq.py and knowledge.py.
 */
import { concat, equal, uint, utf8 } from '../../../respondent/client/protocol/bytes.js'
import {
  BASE,
  hash,
  POINT_LEN,
  randomScalar,
  readPoint,
  readScalar,
  scalarHash,
  sha256,
  sumOf,
  times,
  writePoint,
  writeScalar,
} from './group.js'
import { Refusal } from './refusal.js'

const CHUNK = 256 // points summed at once: enough for the fast sum, small enough to show progress
const field = (bytes) => concat(uint(bytes.length, 2), bytes)

/** Digest of pairs as they come by. */
export class Pairs {
  constructor() {
    this.hash = sha256.create()
    this.count = 0
  }

  add(c, d) {
    this.hash.update(c)
    this.hash.update(d)
    this.count++
  }

  digest() {
    return this.hash.clone().digest()
  }
}

class Transcript {
  constructor(b, pairs, context) {
    const contextString = concat(utf8('survey/dleq/v1\0'), context)
    const seedTag = concat(utf8('Seed-'), contextString)
    this.b = b
    this.toScalar = scalarHash(contextString)
    this.seed = hash(field(b), field(seedTag), uint(pairs.count, 4), pairs.digest())
  }

  coefficient(i) {
    return this.toScalar(concat(field(this.seed), uint(i, 4), utf8('Composite')))
  }

  challenge(...elements) {
    return this.toScalar(concat(...[this.b, ...elements].map(field), utf8('Challenge')))
  }
}

/**
 * Sum of coefficient * point over the list; `at(i)` gives entry i. Lets other work in between: onProgress may wait.
 */
async function composite(transcript, count, at, onProgress = () => {}) {
  let sum = null
  for (let start = 0; start < count; start += CHUNK) {
    const end = Math.min(start + CHUNK, count)
    const points = []
    const scalars = []
    for (let i = start; i < end; i++) {
      points.push(readPoint(at(i)))
      scalars.push(transcript.coefficient(i))
    }
    const part = sumOf(points, scalars)
    sum = sum === null ? part : sum.add(part)
    await onProgress(end)
  }
  return sum
}

/** proof, 64 bytes. secret: number; pairs: Pairs over (C_i, D_i); at(i): C_i; an empty list is proved over (G, B). */
export async function proveList(secret, pairs, at, context, onProgress) {
  const b = times(BASE, secret)
  const transcript = new Transcript(writePoint(b), pairs, context)
  const base = writePoint(BASE)
  const m = pairs.count
    ? await composite(transcript, pairs.count, at, onProgress)
    : await composite(transcript, 1, () => base)
  const z = times(m, secret)
  const r = randomScalar()
  const c = transcript.challenge(...[m, z, times(BASE, r), times(m, r)].map(writePoint))
  return concat(writeScalar(c), writeScalar(r - c * secret))
}

/** Throws Refusal('wrong-proof') unless D_i = k * C_i for all i under b = k * G. */
export async function verifyList(b, cs, ds, proof, context) {
  try {
    const [c, s] = [readScalar(proof.slice(0, 32)), readScalar(proof.slice(32))]
    const pairs = new Pairs()
    cs.forEach((point, i) => pairs.add(point, ds[i]))
    const transcript = new Transcript(b, pairs, context)
    const m = await composite(transcript, cs.length, (i) => cs[i])
    const z = await composite(transcript, ds.length, (i) => ds[i])
    const t2 = sumOf([BASE, readPoint(b)], [s, c])
    const t3 = sumOf([m, z], [s, c])
    if (transcript.challenge(...[m, z, t2, t3].map(writePoint)) === c) return
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
  throw new Refusal('wrong-proof')
}

const knowledgeHash = scalarHash(utf8('survey/knowledge/v1'))

/** proof, 64 bytes, that the secret (a number) is known and this statement meant. */
export function proveKnowledge(secret, statement, draw) {
  const r = randomScalar(draw)
  const [point, commitment] = [times(BASE, secret), times(BASE, r)].map(writePoint)
  const c = knowledgeHash(concat(point, commitment, statement))
  return concat(writeScalar(c), writeScalar(r - c * secret))
}

export function verifyKnowledge(point, statement, proof) {
  try {
    if (proof.length !== 64) throw new Refusal('wrong-proof')
    const [c, s] = [readScalar(proof.slice(0, 32)), readScalar(proof.slice(32))]
    const commitment = writePoint(sumOf([BASE, readPoint(point)], [s, c]))
    const expected = writeScalar(knowledgeHash(concat(point, commitment, statement)))
    if (point.length === POINT_LEN && equal(expected, proof.slice(0, 32))) return
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
  throw new Refusal('wrong-proof')
}
