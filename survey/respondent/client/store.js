/**
 * What stays on the phone while one answers: one draft per slip, in IndexedDB, under a random name.
 *
 * Law: written before it is needed (durability "strict" before a request leaves), answers kept for at most 24
 * hours, everything erased after the receipt. A phone that refuses storage keeps it in memory, and the person is
 * told. The draft knows its own code, because the same slip scanned again after a crash must find it, and the
 * next person's slip on a shared phone must not.
 */
import { randomBytes, toHex } from './protocol/bytes.js'

const DATABASE = 'survey'
const DRAFTS = 'drafts'
const PATIENCE = 3000 // some in-app browsers never answer open()
export const ANSWERS_KEPT = 24 * 3600 * 1000
export const TICKET_KEPT = 30 * 24 * 3600 * 1000

export function newDraft(evaluation, code, fingerprint, now) {
  return {
    id: toHex(randomBytes(16)),
    evaluation,
    code,
    fingerprint,
    touched: now,
    answers: {},
    texts: {},
    pending: null, // blinding state, from before the token request until the token
    token: null,
    sealed: null, // the sealed body, from before it is sent until the receipt
    receipt: null,
  }
}

/**
 * The draft as it may still be kept at `now`, or null. Answers go after 24 hours; a token or a sealed body says
 * nothing about the answers and is the vote itself, so it stays longer.
 */
export function aged(draft, now) {
  const age = now - draft.touched
  if (age >= 0 && age < ANSWERS_KEPT) return draft
  const isVote = draft.receipt === null && (draft.pending || draft.token || draft.sealed)
  if (!isVote || !(age < TICKET_KEPT)) return null
  return { ...draft, answers: {}, texts: {} }
}

/** What a draft goes through, in this order. */
const STEPS = ['pending', 'token', 'sealed', 'receipt']
const NOTHING_ANSWERED = { answers: {}, texts: {} }

const stepsOf = ({ pending, token, sealed, receipt }) => ({ pending, token, sealed, receipt })

/** The steps of a draft with one more taken, where no other page can have been quicker. */
export const taken = (draft, name, value) => stepsOf({ ...draft, [name]: draft[name] || value })

function openDatabase() {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('no answer')), PATIENCE)
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(DRAFTS, { keyPath: 'id' })
    request.onblocked = () => reject(new Error('blocked'))
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close()
      resolve(request.result)
    }
  })
}

/**
 * One transaction, kept when the promise is kept; "strict" waits for the disk itself and is for what must be there
 * before a request leaves.
 */
function transaction(database, work, durability = 'relaxed') {
  return new Promise((resolve, reject) => {
    const change = database.transaction(DRAFTS, 'readwrite', { durability })
    let result
    change.oncomplete = () => resolve(result)
    change.onerror = change.onabort = () => reject(change.error)
    work(change.objectStore(DRAFTS), (value) => (result = value))
  })
}

class DiskStore {
  constructor(database, onLoss) {
    this.database = database
    this.onLoss = onLoss
    this.isLasting = true
  }

  /**
   * Phones drop the connection of a page in the background: connect once more, then go on in memory and say so.
   * An answer must not be lost because the disk is full.
   */
  async run(work, otherwise, durability) {
    try {
      return await transaction(this.database, work, durability)
    } catch (error) {
      try {
        this.database = await openDatabase()
        return await transaction(this.database, work, durability)
      } catch (again) {
        this.isLasting = false
        this.onLoss()
        return otherwise
      }
    }
  }

  /**
   * Write `fields` of the draft; what another page of this phone has written besides stays. Answers come too late once
   * a ballot is sealed.
   */
  save(draft, fields) {
    return this.run((drafts) => {
      const request = drafts.get(draft.id)
      request.onsuccess = () => {
        const standing = { ...draft, ...request.result }
        const isSealed = standing.sealed || standing.receipt
        drafts.put({ ...standing, ...fields, ...(isSealed ? NOTHING_ANSWERED : null) })
      }
    })
  }

  /**
   * Take the step `name` with `value` unless another page of this phone has taken it, or a later one; -> the steps as
   * they stand. `also` is written in the same stroke.
   */
  claim(draft, name, value, also = {}) {
    const work = (drafts, keep) => {
      const request = drafts.get(draft.id)
      request.onsuccess = () => {
        const standing = { ...draft, ...request.result }
        const isTaken = STEPS.slice(STEPS.indexOf(name)).some((step) => standing[step])
        const next = isTaken ? standing : { ...standing, ...also, [name]: value }
        if (!isTaken) drafts.put(next)
        keep(stepsOf(next))
      }
    }
    return this.run(work, taken(draft, name, value), 'strict')
  }

  erase(id) {
    return this.run((drafts) => drafts.delete(id))
  }

  /** All drafts that may still be kept; what is too old is erased on the way. */
  async all(now) {
    const drafts = await this.run((store, keep) => {
      const request = store.getAll()
      request.onsuccess = () => keep(request.result)
    }, [])
    const kept = []
    for (const draft of drafts) {
      const rest = aged(draft, now)
      if (rest !== draft) await (rest ? this.save(draft, { answers: {}, texts: {} }) : this.erase(draft.id))
      if (rest) kept.push(rest)
    }
    return kept
  }
}

class MemoryStore {
  constructor() {
    this.isLasting = false
  }

  async save() {}

  async claim(draft, name, value) {
    return taken(draft, name, value)
  }

  async erase() {}

  async all() {
    return []
  }
}

/** IndexedDB where it really works (tried with a write), memory elsewhere; onLoss() is called when it fails later. */
export async function openStore(onLoss) {
  try {
    const database = await openDatabase()
    const probe = newDraft('probe', null, null, 0)
    await transaction(database, (drafts) => drafts.put(probe))
    await transaction(database, (drafts) => drafts.delete(probe.id))
    return new DiskStore(database, onLoss)
  } catch (error) {
    return new MemoryStore()
  }
}
