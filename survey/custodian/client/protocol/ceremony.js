/**
 * The notice board of a key ceremony: messages, phases, and how everybody checks them. Bytes and rules as in
 * survey/domain/ceremony/board.py and messages.py, whose text says why.
 */
import { p256 } from '@noble/curves/nist.js'
import { concat, equal, fromBase64url, toBase64url, uint, utf8 } from '../../../respondent/client/protocol/bytes.js'
import { canonicalJson, canonicalText } from './canonical.js'
import { hash, isPoint, POINT_LEN, writeScalar } from './group.js'
import { checkConfirmation, checkReveal, judge, publicKeyOf, roundContext, verificationKeyOf } from './key-making.js'
import { DONE, PHASES } from './phases.js'
import { fault, Refusal } from './refusal.js'
import { checkConstantTerm, contextOf, correctedKey, readReplacement } from './replacement.js'

const FIELDS = {
  join: 'identity',
  commit: 'digest',
  reveal: 'coefficients nonce proof sealing_key',
  deal: 'sub_shares',
  verify: 'complaints',
  confirm: 'proof',
}
const SEALED_LEN = 113
const broken = () => new Refusal('broken-board')

/** Exactly `length` bytes (or any, without length) of base64url as the server writes it; throws Refusal. */
function bytesOf(text, length) {
  let bytes = null
  try {
    bytes = typeof text === 'string' ? fromBase64url(text) : null
  } catch (error) {
    bytes = null
  }
  if (bytes === null || (length !== undefined && bytes.length !== length) || toBase64url(bytes) !== text) throw broken()
  return bytes
}

/** What every custodian was told: {round, name, custodians, threshold}, and whom a newcomer replaces; 32 bytes. */
export const agreedDigest = ({ round, name, custodians, threshold, replaces }) =>
  hash(
    utf8('survey/ceremony/agreed/v1\0'),
    canonicalJson({ round, name, custodians, threshold, ...(replaces ? { replaces } : {}) }),
  )

/** The facts of one attempt, with what is derived from them. */
export function factsOf(document) {
  const { round, name, custodians, threshold, attempt } = document
  const isWhole =
    document.schema === 'survey-board/1' &&
    [round, name, ...(Array.isArray(custodians) ? custodians : [null])].every((text) => typeof text === 'string') &&
    Number.isInteger(attempt) &&
    Number.isInteger(threshold) &&
    threshold >= 2 &&
    threshold < custodians.length &&
    custodians.length <= 255 &&
    new Set(custodians).size === custodians.length
  if (!isWhole) throw broken()
  const digest = agreedDigest(document)
  const replacement = readReplacement(document)
  return {
    round,
    name,
    custodians,
    threshold,
    attempt,
    digest,
    subject: hash(utf8('survey/ceremony/attempt/v1\0'), digest, uint(attempt, 4)),
    replacement,
    context: roundContext(contextOf(round, replacement), custodians, threshold),
  }
}

const signed = (body) => concat(utf8('survey/ceremony/message/v1\0'), body)

/** {body, signature} as it is posted. */
export function writeMessage(facts, index, phase, seen, content, signingSecret) {
  const document = { ceremony: toBase64url(facts.subject), index, phase, seen: toBase64url(seen), content }
  const body = canonicalJson(document)
  const signature = p256.sign(signed(body), writeScalar(signingSecret), { lowS: false, prehash: true })
  return { body: toBase64url(body), signature: toBase64url(signature) }
}

export const encodeMessage = (message) => canonicalText({ body: message.body, signature: message.signature })

function readMessage(posted) {
  const body = bytesOf(posted && posted.body)
  let read
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    throw broken()
  }
  const isWhole =
    read !== null &&
    typeof read === 'object' &&
    Object.keys(read).sort().join(' ') === 'ceremony content index phase seen' &&
    PHASES.includes(read.phase) &&
    Number.isInteger(read.index) &&
    read.content !== null &&
    typeof read.content === 'object' &&
    equal(canonicalJson(read), body)
  if (!isWhole) throw broken()
  return {
    ...read,
    ceremony: bytesOf(read.ceremony, 32),
    seen: bytesOf(read.seen, 32),
    posted: { body: posted.body, signature: posted.signature },
    bytes: body,
    signature: bytesOf(posted.signature, 64),
  }
}

export class Board {
  constructor(facts) {
    this.facts = facts
    this.said = Object.fromEntries(PHASES.map((phase) => [phase, new Map()]))
  }

  /** Check a whole board; throws Refusal (fault, board-dishonest, broken-board). */
  static async read(document) {
    const board = new Board(factsOf(document))
    const messages = document.messages.map(readMessage)
    const order = (message) => PHASES.indexOf(message.phase) * 1000 + message.index
    for (const message of messages.sort((a, b) => order(a) - order(b))) board.add(message)
    board.fault = await board.findFault()
    return board
  }

  get phase() {
    const count = this.facts.custodians.length
    return PHASES.find((phase) => this.said[phase].size < count) || DONE
  }

  get missing() {
    if (this.phase === DONE) return []
    return this.facts.custodians.map((_, at) => at + 1).filter((index) => !this.said[this.phase].has(index))
  }

  in(phase) {
    return [...this.said[phase].entries()].sort((a, b) => a[0] - b[0]).map((entry) => entry[1])
  }

  seen(phase) {
    const position = phase === DONE ? PHASES.length : PHASES.indexOf(phase)
    const before = position ? this.in(PHASES[position - 1]) : []
    return hash(utf8('survey/ceremony/seen/v1\0'), this.facts.subject, ...before.map((message) => hash(message.bytes)))
  }

  add(message) {
    const { index, phase, content } = message
    if (!equal(message.ceremony, this.facts.subject)) throw broken()
    if (index < 1 || index > this.facts.custodians.length || phase !== this.phase || this.said[phase].has(index)) {
      throw broken()
    }
    if (Object.keys(content).sort().join(' ') !== FIELDS[phase]) throw broken()
    const identity = phase === 'join' ? this.newIdentity(content) : this.identity(index)
    if (!p256.verify(message.signature, signed(message.bytes), identity, { lowS: false, prehash: true })) {
      throw new Refusal('board-dishonest', { index })
    }
    if (!equal(message.seen, this.seen(phase))) throw new Refusal('board-dishonest', { index })
    this.check(message)
    this.said[phase].set(index, message)
  }

  newIdentity(content) {
    const identity = bytesOf(content.identity, POINT_LEN)
    const isTaken = this.in('join').some((other) => other.content.identity === content.identity)
    if (!isPoint(identity) || isTaken) throw broken()
    return identity
  }

  identity(index) {
    return bytesOf(this.said.join.get(index).content.identity, POINT_LEN)
  }

  check(message) {
    const { context, threshold, custodians } = this.facts
    const { index, phase, content } = message
    if (phase === 'commit') bytesOf(content.digest, 32)
    if (phase === 'reveal') {
      message.reveal = {
        index,
        coefficients: content.coefficients.map((text) => bytesOf(text, POINT_LEN)),
        proof: bytesOf(content.proof, 64),
        sealing_key: bytesOf(content.sealing_key, POINT_LEN),
        nonce: bytesOf(content.nonce, 32),
      }
      checkReveal(context, threshold, bytesOf(this.said.commit.get(index).content.digest, 32), message.reveal)
      if (this.facts.replacement) checkConstantTerm(this.facts.replacement, message.reveal)
    }
    if (phase === 'deal') {
      message.sealed = content.sub_shares.map((text) => bytesOf(text, SEALED_LEN))
      if (message.sealed.length !== custodians.length) throw fault(index, 'form')
    }
    if (phase === 'verify') {
      message.complaints = content.complaints.map(({ accused, dh, proof }) => {
        if (!Number.isInteger(accused) || accused < 1 || accused > custodians.length) throw broken()
        return { accused, dh: bytesOf(dh), proof: bytesOf(proof) }
      })
    }
    if (phase === 'confirm') checkConfirmation(context, this.reveals, index, bytesOf(content.proof, 64))
  }

  get reveals() {
    return this.in('reveal').map((message) => message.reveal)
  }

  sentTo(index) {
    return this.in('deal').map((message) => message.sealed[index - 1])
  }

  async findFault() {
    for (const message of this.in('verify')) {
      for (const complaint of message.complaints) {
        const sealed = this.said.deal.get(complaint.accused).sealed[message.index - 1]
        return judge(this.facts.context, this.reveals, sealed, message.index, complaint)
      }
    }
    return null
  }

  get publicKey() {
    const { replacement } = this.facts
    return replacement ? replacement.publicKey : publicKeyOf(this.reveals)
  }

  verificationKey(index) {
    const key = verificationKeyOf(this.reveals, index)
    return this.facts.replacement ? correctedKey(key) : key
  }
}
