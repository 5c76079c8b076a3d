/**
 * An independent Privacy Pass client (@cloudflare/privacypass-ts) for the Python tests: one JSON question a line on
 * standard input, one JSON answer a line on standard output. Bytes travel as hexadecimal. Never part of the page.
 */
import { createInterface } from 'node:readline'
import { publicVerif, Token, TokenChallenge, TOKEN_TYPES } from '@cloudflare/privacypass-ts'
import { fromHex, toHex } from '../../survey/respondent/client/protocol/bytes.js'

const { BlindRSAMode, Client, Origin, convertRSASSAPSSToEnc, BLIND_RSA } = publicVerif
const clients = new Map()

const answers = {
  /** The library keeps its randomness to itself; `inv` and the nonce are read from its private state. */
  async begin({ id, spki, challenge }) {
    const client = new Client(BlindRSAMode.PSS)
    const request = await client.createTokenRequest(TokenChallenge.deserialize(fromHex(challenge)), fromHex(spki))
    clients.set(id, client)
    return { request: toHex(request.serialize()), inv: toHex(client.finData.inv), nonce: toHex(client.finData.authInput.nonce) }
  },
  async finish({ id, response }) {
    const client = clients.get(id)
    return toHex((await client.finalize(client.deserializeTokenResponse(fromHex(response)))).serialize())
  },
  challenge: ({ issuer, context, origin }) =>
    toHex(new TokenChallenge(BLIND_RSA.value, issuer, fromHex(context), [origin]).serialize()),
  async verify({ spki, token }) {
    const key = await crypto.subtle.importKey(
      'spki',
      convertRSASSAPSSToEnc(fromHex(spki)),
      BLIND_RSA.rsaParams,
      true,
      ['verify']
    )
    return new Origin(BlindRSAMode.PSS).verify(Token.deserialize(TOKEN_TYPES.BLIND_RSA, fromHex(token)), key)
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line)
  let reply
  try {
    reply = { ok: await answers[question.do](question) }
  } catch (error) {
    reply = { refused: String(error.message) }
  }
  process.stdout.write(JSON.stringify(reply) + '\n')
}
