/**
 * Everything with a secret in it happens here, off the page: seed, share and passphrase never reach the page's nodes,
 * and a long opening does not freeze them. The page asks {id, name, question}; the answer is {id, ok} or {id, refused,
 * about}; {id, done, total} in between is progress.
 */
import { inGroups, toBase32, toBase64url, utf8, concat, fromBase64url } from '../../respondent/client/protocol/bytes.js'
import { OpeningMemory } from './opening-memory.js'
import { canonicalJson } from './protocol/canonical.js'
import { Board, factsOf } from './protocol/ceremony.js'
import { checkWords } from './protocol/check-words.js'
import { hash } from './protocol/group.js'
import { KeyHolder, newDraft } from './protocol/key-holder.js'
import { Lock, openShare, paperOf, readShare, unlockShare, writeShareFile } from './protocol/locks.js'
import { makePartial, readBoxes } from './protocol/opening.js'
import { DONE } from './protocol/phases.js'
import { proveKnowledge } from './protocol/proofs.js'
import { Refusal } from './protocol/refusal.js'
import { constantTerm } from './protocol/replacement.js'
import { signStatement } from './protocol/statement.js'

const DRAFT_AAD = utf8('survey/share-draft/v1\0')
const FINGERPRINT_LEN = 16
let lock = null
let holder = null
let isCancelled = false
let lastRead = { text: null, board: null }

/** The checked board; while nobody says anything, it is not checked again. */
async function boardOf(document) {
  const text = JSON.stringify(document)
  if (lastRead.text !== text) lastRead = { text, board: await Board.read(document) }
  return lastRead.board
}

const lockedDraft = () => lock.lock(canonicalJson(holder.draft), DRAFT_AAD)

const commands = {
  /** The facts are those that the invitation names, or it is refused. */
  check({ document, fingerprint }) {
    const facts = factsOf(document)
    if (toBase64url(facts.digest.slice(0, FINGERPRINT_LEN)).replace(/=/g, '') !== fingerprint) {
      throw new Refusal('other-facts')
    }
    return true
  },

  /** old: {text, passphrase, own} of the share as it is, where a lost custodian is replaced; not for the newcomer. */
  async begin({ document, index, passphrase, old }) {
    const facts = factsOf(document)
    const oldSecret = old ? await unlockShare(readShare(old.text, old.own), old.passphrase, old.own) : null
    if (facts.replacement) constantTerm(facts.replacement, index, oldSecret) // refuses a share that does not belong here
    lock = await Lock.of(passphrase)
    holder = new KeyHolder(newDraft(facts.digest, index, oldSecret))
    return lockedDraft()
  },

  async resume({ locked, passphrase }) {
    const found = await Lock.for(passphrase, locked)
    const draft = JSON.parse(new TextDecoder().decode(await found.unlock(locked, DRAFT_AAD)))
    lock = found
    holder = new KeyHolder(draft)
    return true
  },

  /**
   * What stands on the board, and what to send; before confirming only when exactly these check words were agreed to
   * (agreedTo: the Chinese ones, with spaces).
   */
  async advance({ document, agreedTo }) {
    const board = await boardOf(document)
    const { facts, phase } = board
    const digest = board.seen(phase === DONE ? 'confirm' : phase)
    const told = {
      phase,
      missing: board.missing,
      hasSpoken: phase === DONE || board.said[phase].has(holder.draft.index),
      words: { zh: checkWords(digest, 'zh'), en: checkWords(digest, 'en') },
      identity: inGroups(toBase32(hash(holder.identity(facts)).slice(0, 10))),
      message: null,
      locked: null,
    }
    if (phase === 'confirm' && !told.hasSpoken && told.words.zh.join(' ') !== agreedTo) {
      if (board.fault) throw board.fault
      holder.requireSamePast(board)
      return told
    }
    const { draft, message } = await holder.next(board)
    holder.draft = draft
    return { ...told, message, locked: message === null ? null : await lockedDraft() }
  },

  async finish({ document }) {
    const board = await boardOf(document)
    const share = await holder.share(board)
    const file = await writeShareFile(board.facts, holder.draft.index, share, lock)
    return { file, paper: paperOf(file) }
  },

  /** A proof that the share is held today; it opens nothing. */
  async test({ text, passphrase, own, challenge }) {
    const secret = await unlockShare(readShare(text, own), passphrase, own)
    const statement = concat(utf8('survey/share-test/v1\0'), fromBase64url(challenge))
    return toBase64url(proveKnowledge(secret, statement))
  },

  list({ bytes }) {
    const { header, digest } = readBoxes(bytes)
    return { header, digest }
  },

  async open({ text, passphrase, own, bytes, digest }, tell) {
    isCancelled = false
    const opened = await openShare(readShare(text, own), passphrase, own)
    const onProgress = async (done, total) => {
      tell(done, total)
      await new Promise((resolve) => setTimeout(resolve)) // a cancellation that waits is heard
      if (isCancelled) throw new Refusal('cancelled')
    }
    return makePartial(opened.secret, readBoxes(bytes), own, digest, onProgress, new OpeningMemory(own, digest, opened.lock))
  },

  cancel() {
    isCancelled = true
    return true
  },

  async sign({ text, passphrase, own, opening }) {
    return signStatement(await unlockShare(readShare(text, own), passphrase, own), own, opening)
  },
}

self.onmessage = async ({ data: { id, name, question } }) => {
  try {
    const ok = await commands[name](question, (done, total) => self.postMessage({ id, done, total }))
    self.postMessage({ id, ok })
  } catch (error) {
    if (error instanceof Refusal) self.postMessage({ id, refused: error.kind, about: error.about })
    else self.postMessage({ id, refused: 'program', about: { detail: String(error) } })
  }
}
