/**
 * A custodian's side of the ceremony: from the board and the own draft to the next message. Rules as in
 * survey/domain/ceremony/key_holder.py. A draft is plain JSON: {schema, agreed, index, seed, said: {attempt: {phase: message}},
 * old_secret}.
 *
 * Law: a message is in the draft, and the draft is kept, before the message is sent; nothing is said in two ways.
 */
import {
  concat,
  equal,
  fromBase64url,
  randomBytes,
  toBase64url,
  utf8,
} from '../../../respondent/client/protocol/bytes.js'
import { encodeMessage, writeMessage } from './ceremony.js'
import { BASE, numberOf, randomScalar, seeded, times, writePoint, writeScalar } from './group.js'
import { drawsOf, Participant } from './key-making.js'
import { DONE, PHASES } from './phases.js'
import { fault, Refusal } from './refusal.js'
import { constantTerm, correctedSecret } from './replacement.js'

const SCHEMA = 'survey-share-draft/1'

/** oldSecret: where a lost custodian is replaced, the share of the key as it is (a number); null for the newcomer. */
export function newDraft(agreed, index, oldSecret = null) {
  const draft = { schema: SCHEMA, agreed: toBase64url(agreed), index, seed: toBase64url(randomBytes(32)), said: {} }
  return oldSecret === null ? draft : { ...draft, old_secret: toBase64url(writeScalar(oldSecret)) }
}

export class KeyHolder {
  constructor(draft) {
    this.draft = draft
  }

  saidIn(facts) {
    return this.draft.said[facts.attempt] || {}
  }

  /** Throws Refusal when this board is not the one on which this custodian acted. */
  requireSamePast(board) {
    const { facts } = board
    if (toBase64url(facts.digest) !== this.draft.agreed) throw new Refusal('other-facts')
    if (Object.keys(this.draft.said).some((attempt) => Number(attempt) > facts.attempt)) throw new Refusal('board-changed')
    const mine = this.saidIn(facts)
    for (const phase of PHASES) {
      const shown = board.said[phase].get(this.draft.index)
      if (!(phase in mine)) {
        if (shown) throw new Refusal('place-taken')
        continue
      }
      const raw = new TextDecoder().decode(fromBase64url(mine[phase]))
      const isLost = !shown && phase === board.phase && seenOf(raw) === toBase64url(board.seen(phase))
      if (!isLost && (!shown || encodeMessage(shown.posted) !== raw)) throw new Refusal('board-changed')
    }
  }

  /**
   * -> {draft, message}: the text to send, with the draft to keep before; message null while others are awaited.
   * Throws Refusal: fault, board-changed, other-facts, place-taken.
   */
  async next(board) {
    this.requireSamePast(board)
    if (board.fault) throw board.fault
    const { phase, facts } = board
    if (phase === DONE || board.said[phase].has(this.draft.index)) return { draft: this.draft, message: null }
    const said = { ...this.saidIn(facts) }
    if (!(phase in said)) said[phase] = toBase64url(utf8(encodeMessage(await this.say(board))))
    this.draft = { ...this.draft, said: { ...this.draft.said, [facts.attempt]: said } }
    return { draft: this.draft, message: new TextDecoder().decode(fromBase64url(said[phase])) }
  }

  /** {secret, publicKey, verificationKey} in bytes, when everybody has confirmed. */
  async share(board) {
    this.requireSamePast(board)
    if (board.fault) throw board.fault
    if (board.phase !== DONE) throw new Refusal('not-done')
    const made = (await this.participate(board)).finish().secret
    const secret = board.facts.replacement ? correctedSecret(made) : made
    const verificationKey = board.verificationKey(this.draft.index)
    if (!equal(writePoint(times(BASE, secret)), verificationKey)) throw fault(this.draft.index, 'no-share')
    return { secret: writeScalar(secret), publicKey: board.publicKey, verificationKey }
  }

  identity(facts) {
    return writePoint(times(BASE, this.signingSecret(facts)))
  }

  oldSecret() {
    return this.draft.old_secret ? numberOf(fromBase64url(this.draft.old_secret)) : null
  }

  signingSecret(facts) {
    const info = concat(utf8('survey/ceremony/identity/v1\0'), facts.digest)
    return randomScalar(seeded(fromBase64url(this.draft.seed), info))
  }

  async say(board) {
    const { phase, facts } = board
    const content = await this.content(board)
    return writeMessage(facts, this.draft.index, phase, board.seen(phase), content, this.signingSecret(facts))
  }

  async content(board) {
    const text = toBase64url
    if (board.phase === 'join') return { identity: text(this.identity(board.facts)) }
    const acting = await this.participate(board)
    const { participant, reveals } = acting
    switch (board.phase) {
      case 'commit':
        return { digest: text(participant.commit()) }
      case 'reveal': {
        const { coefficients, proof, sealing_key: key, nonce } = participant.reveal
        return { coefficients: coefficients.map(text), proof: text(proof), sealing_key: text(key), nonce: text(nonce) }
      }
      case 'deal':
        return { sub_shares: (await participant.deal(reveals)).map(text) }
      case 'verify':
        return {
          complaints: acting.received.complaints.map((one) => ({
            accused: one.accused,
            dh: text(one.dh),
            proof: text(one.proof),
          })),
        }
      default:
        return { proof: text(acting.finish().proof) }
    }
  }

  /** The participant as the board left it, made again from the seed. */
  async participate(board) {
    const { facts } = board
    const draws = drawsOf(fromBase64url(this.draft.seed), facts.subject)
    const term = facts.replacement && constantTerm(facts.replacement, this.draft.index, this.oldSecret())
    const participant = new Participant(facts.context, facts.threshold, this.draft.index, draws, term)
    const isDealt = ['verify', 'confirm', DONE].includes(board.phase)
    const reveals = board.reveals
    const received = isDealt ? await participant.receive(reveals, board.sentTo(this.draft.index)) : null
    const finish = () => {
      if (received.complaints.length) throw fault(received.complaints[0].accused, 'wrong-sub-share')
      return participant.finish(reveals, received.values)
    }
    return { participant, reveals, received, finish }
  }
}

const seenOf = (raw) => JSON.parse(new TextDecoder().decode(fromBase64url(JSON.parse(raw).body))).seen
