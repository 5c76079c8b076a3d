/**
 * The manifest: the frozen public facts of one evaluation (schema survey-manifest/1).
 *
 * Law: the slip names its fingerprint, and the phone accepts nothing else: not another text, not another key, not
 * another script. So everybody in the pool has the same, and nobody can be handed a version of one's own.
 */
import { fromBase64url, inGroups, sha256, toBase64url, toHex } from './protocol/bytes.js'
import { parseTokenKey } from './protocol/spki.js'
import { checks, note } from './checks.js'
import { ask, patiently } from './net.js'
import { Trouble } from './trouble.js'

const FINGERPRINT_LEN = 16
const POINT_LEN = 65

/** base64url of the first 16 bytes of the digest, without padding: 22 characters. */
export const fingerprintOf = (digest) => toBase64url(digest.subarray(0, FINGERPRINT_LEN)).replace(/=+$/, '')

/** The request alone, so that it can be under way while the phone opens its storage. */
export function askForManifest(evaluation) {
  const answer = ask('/e/' + evaluation + '/manifest', { expect: 'application/json' })
  answer.catch(() => {}) // whoever waits for it hears of the failure
  return answer
}

/**
 * Wait for the manifest and check it -> {facts, digest, fingerprint, tokenKey, openingKey}.
 * `first` is a request under way, or null; `fingerprint` null means: not compared yet, the person has to look at
 * the slip.
 */
export async function loadManifest(evaluation, first, fingerprint, scriptIntegrity) {
  let waiting = first
  checks.clear()
  const bytes = await patiently(() => {
    const answer = waiting || askForManifest(evaluation)
    waiting = null
    return answer
  })
  const digest = await sha256(bytes)
  if (!compare(fingerprintOf(digest), fingerprint)) throw new Trouble('wrong-fingerprint')
  let manifest
  try {
    manifest = await read(bytes, digest, evaluation)
  } catch (error) {
    note('keys', 'fails')
    throw new Trouble('wrong-manifest')
  }
  note('keys', 'holds')
  checkScript(manifest.facts.scripts, scriptIntegrity)
  return manifest
}

function compare(found, named) {
  const isSame = named === null || named === found
  note('mark', named === null ? 'yours' : isSame ? 'holds' : 'fails', { mark: inGroups(found), slip: inGroups(named || '') })
  return isSame
}

/** The person has compared the check mark with the slip. */
export const compared = ({ fingerprint }) => compare(fingerprint, fingerprint)

async function read(bytes, digest, evaluation) {
  const facts = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  const { kem, kdf, aead, public_key: publicKey } = facts.opening_key
  const tokenKey = fromBase64url(facts.token_key)
  const openingKey = fromBase64url(publicKey)
  parseTokenKey(tokenKey)
  const holds =
    facts.schema === 'survey-manifest/1' &&
    facts.evaluation === evaluation &&
    kem === 'DHKEM(P-256, HKDF-SHA256)' &&
    kdf === 'HKDF-SHA256' &&
    aead === 'AES-128-GCM' &&
    openingKey.length === POINT_LEN &&
    openingKey[0] === 4 &&
    Number.isInteger(facts.plaintext_length) &&
    facts.questionnaire.schema === 'xuncha-conduct-questionnaire/1'
  if (!holds) throw new RangeError('not a manifest of this form')
  // The browser itself says whether these 65 bytes are a point of the curve.
  await crypto.subtle.importKey('raw', openingKey, { name: 'ECDH', namedCurve: 'P-256' }, false, [])
  return { facts, digest, fingerprint: fingerprintOf(digest), tokenKey, openingKey }
}

/**
 * The browser has already compared the script with the page's integrity attribute; this compares the attribute
 * with the manifest. A script that lies can skip it; a page put together wrongly cannot.
 */
function checkScript(scripts, integrity) {
  const given = /^sha256-(.+)$/.exec(integrity || '')
  const loaded = given ? toHex(Uint8Array.from(atob(given[1]), (character) => character.charCodeAt(0))) : ''
  const named = scripts['/assets/answer.js']
  const isSame = loaded === named
  note('script', isSame ? 'holds' : 'fails', { digest: shortened(loaded), named: shortened(named) })
  if (!isSame) throw new Trouble('wrong-script')
}

const DIGITS_SHOWN = 16
const shortened = (digest) => inGroups(String(digest).slice(0, DIGITS_SHOWN))
