/**
 * Runs the client's own modules under node for the Python tests: a JSON list of questions on standard input, a JSON
 * list of replies on standard output. Bytes travel as hexadecimal; a RangeError is a reply, anything else a failure.
 */
import { readFileSync } from 'node:fs'
import { signsIn } from '../../survey/respondent/client/caution.js'
import { contentOf, encodeContent, lengthOf, screensOf, tidyText } from '../../survey/respondent/client/form.js'
import {
  fromBase32,
  fromBase64url,
  fromHex,
  toBase32,
  toBase64url,
  toHex,
} from '../../survey/respondent/client/protocol/bytes.js'
import { readCode } from '../../survey/respondent/client/protocol/code.js'
import { verifyInclusion } from '../../survey/respondent/client/protocol/merkle.js'
import { readReceipt } from '../../survey/respondent/client/protocol/receipt.js'
import { ballotInfo, pad, receiptOf, seal } from '../../survey/respondent/client/protocol/sealing.js'
import { parseTokenKey } from '../../survey/respondent/client/protocol/spki.js'
import { authorization, beginToken, encodeChallenge, finishToken } from '../../survey/respondent/client/protocol/tokens.js'
import { qrOf } from '../../survey/respondent/client/qr.js'
import { aged, newDraft } from '../../survey/respondent/client/store.js'
import en from '../../survey/respondent/client/texts/en.js'
import zh from '../../survey/respondent/client/texts/zh.js'
import { kindOf, KINDS } from '../../survey/respondent/client/trouble.js'

const bytesOf = (names) => (question) =>
  Object.fromEntries(names.filter((name) => question[name]).map((name) => [name, fromHex(question[name])]))
const hexOf = (object) => Object.fromEntries(Object.entries(object).map(([name, bytes]) => [name, toHex(bytes)]))

const answers = {
  async begin(question) {
    const { challenge, spki, ...fixed } = bytesOf(['challenge', 'spki', 'nonce', 'salt', 'r'])(question)
    return hexOf(await beginToken(challenge, spki, fixed))
  },
  finish(question) {
    const { spki, response, ...pending } = bytesOf(['spki', 'response', 'tokenInput', 'inv', 'encodedMessage'])(question)
    return toHex(finishToken(pending, spki, response))
  },
  challenge: ({ issuer, context, origin }) => toHex(encodeChallenge(issuer, fromHex(context), origin)),
  authorization: ({ token }) => authorization(fromHex(token)),
  modulus: ({ spki }) => parseTokenKey(fromHex(spki)).n.toString(16),
  codes: ({ typed }) => typed.map(readCode),
  pad: ({ data, length }) => toHex(pad(fromHex(data), length)),
  async seal({ publicKey, digest, token, plaintext }) {
    const sealed = await seal(fromHex(publicKey), await ballotInfo(fromHex(digest), fromHex(token)), fromHex(plaintext))
    return { sealed: toHex(sealed), receipt: toHex(await receiptOf(sealed)) }
  },
  base32: ({ data }) => ({ text: toBase32(fromHex(data)), back: toHex(fromBase32(toBase32(fromHex(data)))) }),
  fromBase64url: ({ text }) => toHex(fromBase64url(text)),
  toBase64url: ({ data }) => toBase64url(fromHex(data)),
  qr: ({ prefix, text }) => qrOf(prefix, text),
  receipts: ({ typed }) =>
    typed.map(readReceipt).map((read) => read && { evaluation: read.evaluation, receipt: toHex(read.receipt) }),
  async included({ leaf, index, size, path, root }) {
    await verifyInclusion(fromHex(leaf), index, size, path.map(fromHex), fromHex(root))
    return true
  },
  screens: ({ questionnaire, entitled }) => screensOf(questionnaire, entitled).map(({ kind, code }) => [kind, code]),
  content({ questionnaire, entitled, answers, texts }) {
    return toHex(encodeContent(contentOf(screensOf(questionnaire, entitled), answers, texts)))
  },
  text: ({ text }) => ({ tidy: tidyText(text), length: lengthOf(tidyText(text)) }),
  signs: ({ text }) => signsIn(text),
  aged({ fields, hours }) {
    const draft = { ...newDraft('e', 'c', 'm', 0), ...fields }
    return aged(draft, hours * 3600 * 1000)
  },
  texts: () => ({ zh, en }),
  kinds: () => KINDS,
  kindOf: ({ status, mediaType, text }) => kindOf(status, mediaType, text),
}

const replies = []
for (const question of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    replies.push({ ok: await answers[question.do](question) })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    replies.push({ refused: error.message })
  }
}
process.stdout.write(JSON.stringify(replies))
