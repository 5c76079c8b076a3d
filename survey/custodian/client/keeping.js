/**
 * What this browser keeps: one record per round and place, {id, locked, file}: the draft locked under the passphrase,
 * then the share file (locked too) until the custodian says that it is saved. While an opening is under way also the
 * points made so far (opening-memory.js).
 *
 * Law: written and on disk before a message leaves ("strict"); a browser that keeps nothing is told so at once.
 */
import { Refusal } from './protocol/refusal.js'

const NAME = 'survey-custodian'
const STORE = 'drafts'

function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' })
    request.onsuccess = () => resolve(request.result)
    request.onerror = request.onblocked = () => reject(new Refusal('no-storage'))
  })
}

async function run(work, mode = 'readwrite') {
  let opened
  try {
    opened = await database()
    return await new Promise((resolve, reject) => {
      const change = opened.transaction(STORE, mode, { durability: 'strict' })
      const request = work(change.objectStore(STORE))
      change.oncomplete = () => resolve(request.result)
      change.onerror = change.onabort = () => reject(new Refusal('no-storage'))
    })
  } catch (error) {
    throw new Refusal('no-storage')
  } finally {
    if (opened) opened.close()
  }
}

export const keep = (record) => run((store) => store.put(record))
export const kept = (id) => run((store) => store.get(id), 'readonly')
export const forgetAll = (start) => run((store) => store.delete(IDBKeyRange.bound(start, `${start}\uffff`)))
export const forget = (id) => run((store) => store.delete(id))
