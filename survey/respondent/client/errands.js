/**
 * The two errands of a vote: draw the token, cast the ballot. They share nothing but TLS.
 *
 * Law: what is sent is written down before it is sent, so that a reload, a dead network or a second page of the
 * same phone sends the same bytes again; and each errand erases what it no longer needs.
 */
import { receiptOf, ballotInfo, pad, seal } from './protocol/sealing.js'
import { authorization, beginToken, encodeChallenge, finishToken } from './protocol/tokens.js'
import { fromHex, toHex } from './protocol/bytes.js'
import { note } from './checks.js'
import { contentOf, encodeContent } from './form.js'
import { ask, patiently } from './net.js'
import { Trouble } from './trouble.js'

/**
 * The code becomes a token: draft.token (354 bytes). Does nothing when this phone is further on already; another page
 * of it may have been quicker, then draft says how far.
 */
export async function drawToken(draft, manifest, store) {
  if (draft.token) return
  const { facts, digest, tokenKey } = manifest
  if (!draft.pending) {
    const challenge = encodeChallenge(facts.issuer_name, digest, facts.origin_info)
    Object.assign(draft, await store.claim(draft, 'pending', await beginToken(challenge, tokenKey)))
    if (isBeyondToken(draft)) return
  }
  const response = await patiently(() =>
    ask('/e/' + facts.evaluation + '/token-request', {
      method: 'POST',
      headers: { Authorization: 'Bearer ' + draft.code, 'Content-Type': 'application/private-token-request' },
      body: draft.pending.request,
      expect: 'application/private-token-response',
    })
  )
  let token
  try {
    token = finishToken(draft.pending, tokenKey, response)
    note('stamp', 'holds')
  } catch (error) {
    note('stamp', 'fails')
    throw new Trouble('wrong-signature')
  }
  // The blinding factor goes first of all: with the server's log it would tie this token to its code.
  Object.assign(draft, await store.claim(draft, 'token', token, { pending: null }), { pending: null })
}

const isBeyondToken = ({ token, sealed, receipt }) => Boolean(token || sealed || receipt)

/** Seal once, erase the answers, send until there is a receipt: draft.receipt (hexadecimal). */
export async function castBallot(draft, manifest, screens, store) {
  const { facts, digest, openingKey } = manifest
  if (!draft.sealed) {
    const content = encodeContent(contentOf(screens, draft.answers, draft.texts))
    let plaintext
    try {
      plaintext = pad(content, facts.plaintext_length)
    } catch (error) {
      throw new Trouble('too-long')
    }
    const sealed = await seal(openingKey, await ballotInfo(digest, draft.token), plaintext)
    const nothing = { answers: {}, texts: {} }
    Object.assign(draft, await store.claim(draft, 'sealed', sealed, nothing), nothing)
    if (draft.receipt) return // another page of this phone has sent its ballot
  }
  const answer = await patiently(() =>
    ask('/e/' + facts.evaluation + '/ballots', {
      method: 'POST',
      headers: { Authorization: authorization(draft.token), 'Content-Type': 'application/octet-stream' },
      body: draft.sealed,
      expect: 'application/json',
    })
  )
  const receipt = await receiptOf(draft.sealed)
  if (!confirms(answer, receipt)) {
    note('receipt', 'fails')
    throw new Trouble('wrong-receipt')
  }
  // From here on the phone keeps the receipt and nothing that could be tied to it.
  const rest = { receipt: toHex(receipt), code: null, token: null, sealed: null, pending: null, answers: {}, texts: {} }
  Object.assign(draft, rest)
  await store.save(draft, rest)
}

function confirms(answer, receipt) {
  try {
    return toHex(fromHex(JSON.parse(new TextDecoder().decode(answer)).receipt)) === toHex(receipt)
  } catch (error) {
    return false
  }
}
