/**
 * Privacy Pass structures, token type 0x0002 (RFC 9577, sections 2.1 and 2.2; RFC 9578, section 6).
 *
 * TokenRequest = type (2) | last byte of the key id (1) | blinded message (256)   = 259 bytes
 * Token        = type (2) | nonce (32) | challenge digest (32) | key id (32) | signature (256) = 354 bytes
 */
import { blind, finalize } from './blind-rsa.js'
import { concat, randomBytes, sha256, toBase64url, uint, utf8 } from './bytes.js'
import { parseTokenKey } from './spki.js'

export const TOKEN_TYPE = 0x0002
export const TOKEN_REQUEST_LEN = 259
export const TOKEN_RESPONSE_LEN = 256
export const TOKEN_LEN = 354
const NONCE_LEN = 32

/** TokenChallenge (RFC 9577, section 2.1); the redemption context is the manifest digest (32 bytes). */
export function encodeChallenge(issuerName, redemptionContext, originInfo) {
  const issuer = utf8(issuerName)
  const origin = utf8(originInfo)
  return concat(
    uint(TOKEN_TYPE, 2),
    uint(issuer.length, 2),
    issuer,
    uint(redemptionContext.length, 1),
    redemptionContext,
    uint(origin.length, 2),
    origin
  )
}

/**
 * Draw a nonce and blind it -> {request, tokenInput, inv, encodedMessage}: plain bytes, so that it can be kept over
 * a reload and the very same request be sent again.
 * `fixed` = {nonce, salt, r} only for test vectors.
 */
export async function beginToken(challenge, spki, fixed = {}) {
  const keyId = await sha256(spki)
  const tokenInput = concat(uint(TOKEN_TYPE, 2), fixed.nonce || randomBytes(NONCE_LEN), await sha256(challenge), keyId)
  const { blindedMessage, inv, encodedMessage } = await blind(parseTokenKey(spki), tokenInput, fixed)
  const request = concat(uint(TOKEN_TYPE, 2), keyId.subarray(-1), blindedMessage)
  return { request, tokenInput, inv, encodedMessage }
}

/** The response (256 bytes) to the token (354 bytes); throws RangeError when the signature does not hold. */
export function finishToken(pending, spki, response) {
  return concat(pending.tokenInput, finalize(parseTokenKey(spki), pending, response))
}

/** Authorization header value (RFC 9577, section 2.2.2), quoted and padded. */
export function authorization(token) {
  return 'PrivateToken token="' + toBase64url(token) + '"'
}
