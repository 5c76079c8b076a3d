/** The page's side of the worker: helper(name, question, onProgress) -> answer; throws Refusal. */
import { Refusal } from './protocol/refusal.js'

const PATH = '/custodian/assets/worker.js'

function workerAddress() {
  if (!window.trustedTypes) return PATH
  // The only script address this page may ever make.
  return trustedTypes.createPolicy('custodian', { createScriptURL: () => PATH }).createScriptURL(PATH)
}

export function startHelper() {
  const worker = new Worker(workerAddress())
  const waiting = new Map()
  let last = 0
  worker.onmessage = ({ data }) => {
    const { resolve, reject, onProgress } = waiting.get(data.id)
    if ('total' in data) {
      onProgress(data.done, data.total)
      return
    }
    waiting.delete(data.id)
    if ('refused' in data) reject(new Refusal(data.refused, data.about))
    else resolve(data.ok)
  }
  worker.onerror = () => {
    for (const { reject } of waiting.values()) reject(new Refusal('program'))
    waiting.clear()
  }
  return (name, question, onProgress = () => {}) =>
    new Promise((resolve, reject) => {
      const id = ++last
      waiting.set(id, { resolve, reject, onProgress })
      worker.postMessage({ id, name, question })
    })
}
