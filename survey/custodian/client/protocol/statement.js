/** A custodian's signed statement after the count; bytes as in survey/domain/custody/statements.py. */
import { concat, toBase64url, utf8 } from '../../../respondent/client/protocol/bytes.js'
import { canonicalJson, canonicalText } from './canonical.js'
import { proveKnowledge } from './proofs.js'
import { Refusal } from './refusal.js'

/** What custodian `index` gave at the opening, if anything. opening: its record, as the server tells it. */
export const givenBy = (opening, index) => opening.opened_by.find((one) => one.index === index)

/** The text to send. secret: the share, a number; own: {round, index, custodian}. */
export function signStatement(secret, own, opening) {
  const mine = givenBy(opening, own.index)
  if (opening.round !== own.round || !mine || mine.name !== own.custodian) throw new Refusal('foreign-opening')
  const facts = {
    schema: 'survey-statement/1',
    round: own.round,
    index: own.index,
    name: own.custodian,
    boxes_digest: opening.boxes_digest,
    partial: mine.partial,
    record: opening.record,
  }
  const statement = concat(utf8('survey/opening-statement/v1\0'), canonicalJson(facts))
  return canonicalText({ ...facts, proof: toBase64url(proveKnowledge(secret, statement)) })
}
