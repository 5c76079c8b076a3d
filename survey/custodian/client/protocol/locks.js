/**
 * Secrets at rest: scrypt and AES-256-GCM under a passphrase (form in survey/crypto/passphrase.py), share files
 * (survey-share/2) and the paper backup, which is the locked share in base32.
 */
import { scryptAsync } from '@noble/hashes/scrypt.js'
import {
  concat,
  equal,
  fromBase32,
  fromBase64url,
  inGroups,
  randomBytes,
  toBase32,
  toBase64url,
  utf8,
} from '../../../respondent/client/protocol/bytes.js'
import { BASE, numberOf, reduced, times, writePoint } from './group.js'
import { Refusal } from './refusal.js'

export const LOG_N = 17
const SALT_LEN = 16
const NONCE_LEN = 12
const HEAD_LEN = 2 + SALT_LEN + NONCE_LEN
const LOCKED_SHARE_LEN = HEAD_LEN + 32 + 16
const SCHEMA = 'survey-share/2'
const PAPER = 'SURVEY-SHARE:'

/** One passphrase under one salt: derived once (slow), then locks as often as needed. */
export class Lock {
  static async of(passphrase, salt = randomBytes(SALT_LEN), logN = LOG_N) {
    if (logN < 10 || logN > 20) throw new Refusal('broken-file')
    const options = { N: 2 ** logN, r: 8, p: 1, dkLen: 32 }
    const key = await scryptAsync(utf8(passphrase.normalize('NFKC')), salt, { ...options, maxmem: 2 ** 31 })
    const lock = new Lock()
    lock.key = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
    lock.head = concat(Uint8Array.of(1, logN), salt)
    return lock
  }

  /** The lock that these bytes name. */
  static async for(passphrase, locked) {
    if (locked.length < HEAD_LEN + 16 || locked[0] !== 1) throw new Refusal('broken-file')
    return Lock.of(passphrase, locked.slice(2, 2 + SALT_LEN), locked[1])
  }

  async lock(secret, aad) {
    const iv = randomBytes(NONCE_LEN)
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: aad }, this.key, secret)
    return concat(this.head, iv, new Uint8Array(sealed))
  }

  async unlock(locked, aad) {
    const iv = locked.slice(HEAD_LEN - NONCE_LEN, HEAD_LEN)
    try {
      const how = { name: 'AES-GCM', iv, additionalData: aad }
      return new Uint8Array(await crypto.subtle.decrypt(how, this.key, locked.slice(HEAD_LEN)))
    } catch (error) {
      throw new Refusal('wrong-passphrase')
    }
  }
}

const shareAad = (publicKey, verificationKey) => concat(utf8('survey/share/v2\0'), publicKey, verificationKey)

/** The text of a share file. */
export async function writeShareFile(facts, index, share, lock) {
  const locked = await lock.lock(share.secret, shareAad(share.publicKey, share.verificationKey))
  const document = {
    schema: SCHEMA,
    round: facts.round,
    custodian: facts.custodians[index - 1],
    index,
    threshold: facts.threshold,
    public_key: toBase64url(share.publicKey),
    verification_key: toBase64url(share.verificationKey),
    locked: toBase64url(locked),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

/**
 * What a share file or the text of a paper backup holds, still locked. own: {round, index, publicKey, verificationKey}
 * as the server names them for this invitation. Throws Refusal('broken-file') or ('foreign-share').
 */
export function readShare(text, own) {
  const bare = text.replace(/[\s-]/g, '').toUpperCase()
  if (bare.startsWith(PAPER.replace('-', '')) || /^[A-Z2-7]{125}$/.test(bare)) {
    return lockedOrBroken(() => fromBase32(bare.replace(PAPER.replace('-', ''), '')))
  }
  let document
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new Refusal('broken-file')
  }
  if (!document || document.schema !== SCHEMA) throw new Refusal('broken-file')
  const isOwn =
    document.round === own.round &&
    document.index === own.index &&
    document.public_key === toBase64url(own.publicKey) &&
    document.verification_key === toBase64url(own.verificationKey)
  if (!isOwn) throw new Refusal('foreign-share')
  return lockedOrBroken(() => fromBase64url(document.locked))
}

function lockedOrBroken(read) {
  let locked
  try {
    locked = read()
  } catch (error) {
    throw new Refusal('broken-file')
  }
  if (locked.length !== LOCKED_SHARE_LEN) throw new Refusal('broken-file')
  return locked
}

/** {secret (a number), lock (the passphrase's)}; throws Refusal('wrong-passphrase') or ('foreign-share'). */
export async function openShare(locked, passphrase, own) {
  const lock = await Lock.for(passphrase, locked)
  const secret = numberOf(await lock.unlock(locked, shareAad(own.publicKey, own.verificationKey)))
  if (!equal(writePoint(times(BASE, reduced(secret))), own.verificationKey)) throw new Refusal('foreign-share')
  return { secret, lock }
}

export const unlockShare = async (locked, passphrase, own) => (await openShare(locked, passphrase, own)).secret

/** {prefix, text, groups} for paper: the QR code holds prefix and text, the groups can be typed. */
export function paperOf(shareFile) {
  const text = toBase32(fromBase64url(JSON.parse(shareFile).locked))
  return { prefix: PAPER, text, groups: inGroups(text) }
}
