/**
 * Runs the client's own modules under node for the Python tests: one JSON question on standard input, one JSON
 * answer on standard output. Bytes travel as hexadecimal.
 */
import { readFileSync } from 'node:fs'
import { concat, fromBase32, fromBase64url, fromHex, sha256, toBase32, toBase64url, toHex, utf8 } from '../../survey/respondent/client/protocol/bytes.js'
import { blind, finalize } from '../../survey/respondent/client/protocol/blind-rsa.js'
import { readCode } from '../../survey/respondent/client/protocol/code.js'
import { ballotInfo, pad, receiptOf, seal } from '../../survey/respondent/client/protocol/sealing.js'
import { parseTokenKey } from '../../survey/respondent/client/protocol/spki.js'
import { authorization, beginToken, encodeChallenge, finishToken } from '../../survey/respondent/client/protocol/tokens.js'
import { modules } from './questions.js'

const state = (question) => ({ tokenInput: fromHex(question.tokenInput), inv: fromHex(question.inv), encodedMessage: fromHex(question.encodedMessage) })
const hexed = (object) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, toHex(value)]))

const answers = {
  async begin({ challenge, spki, nonce, salt, r }) {
    return hexed(await beginToken(fromHex(challenge), fromHex(spki), nonce ? { nonce: fromHex(nonce), salt: fromHex(salt), r: fromHex(r) } : {}))
  },
  async finish(question) {
    return toHex(finishToken(state(question), fromHex(question.spki), fromHex(question.response)))
  },
  challenge: ({ issuer, context, origin }) => toHex(encodeChallenge(issuer, fromHex(context), origin)),
  authorization: ({ token }) => authorization(fromHex(token)),
  spki({ spki }) {
    return parseTokenKey(fromHex(spki)).n.toString(16)
  },
  codes: ({ typed }) => typed.map(readCode),
  pad: ({ data, length }) => toHex(pad(fromHex(data), length)),
  async seal({ publicKey, digest, token, plaintext }) {
    const sealed = await seal(fromHex(publicKey), await ballotInfo(fromHex(digest), fromHex(token)), fromHex(plaintext))
    return { sealed: toHex(sealed), receipt: toHex(await receiptOf(sealed)) }
  },
  base32: ({ data }) => [toBase32(fromHex(data)), toHex(fromBase32(toBase32(fromHex(data))))],
  base64url: ({ text }) => toHex(fromBase64url(text)),
  ...modules,
}

const questions = JSON.parse(readFileSync(0, 'utf8'))
const replies = []
for (const question of questions) {
  try {
    replies.push({ ok: await answers[question.do](question) })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    replies.push({ error: error.message })
  }
}
process.stdout.write(JSON.stringify(replies))
