/**
 * What can go wrong, by the stable problem `type` (RFC 9457) or, where the phone itself finds it, by a word of its
 * own. The sentences for people are in texts/, under say.KIND and do.KIND.
 */

export const PREFIX = 'urn:survey:problem:'

/**
 * kind -> what a person can press: 'again' (try the same once more), 'code' (type the code again),
 * 'review' (back to the answers), 'none'.
 */
const WAYS_OUT = {
  network: 'again',
  'store-unavailable': 'again',
  server: 'again',
  'too-many-wrong-codes': 'again',
  'not-collecting': 'again',
  closed: 'again', // not-collecting, when the ballot is sealed already
  'unknown-code': 'code',
  'no-code': 'code',
  'code-already-used': 'none',
  'token-already-spent': 'none',
  'invalid-token': 'none',
  'wrong-length': 'none',
  'wrong-fingerprint': 'none',
  'wrong-script': 'none',
  'wrong-manifest': 'none',
  'wrong-signature': 'none',
  'wrong-receipt': 'again',
  'not-found': 'code',
  'too-long': 'review',
  refused: 'again',
}

/** Tried again without asking: nothing was recorded, or asking twice changes nothing. */
const PASSING = ['network', 'store-unavailable', 'server']

/** Nothing more can come of what this phone keeps, so it may be cleared. */
const OVER = ['closed', 'token-already-spent']

export const KINDS = Object.keys(WAYS_OUT)
const isKnown = (kind) => KINDS.includes(kind)

export class Trouble extends Error {
  constructor(kind) {
    super(kind)
    this.kind = isKnown(kind) ? kind : 'refused'
  }

  get wayOut() {
    return WAYS_OUT[this.kind]
  }

  get isOver() {
    return OVER.includes(this.kind)
  }

  get isPassing() {
    return PASSING.includes(this.kind)
  }
}

/** The kind in a problem document; what is no problem document is judged by its status. */
export function kindOf(status, mediaType, text) {
  if (/^application\/problem\+json\b/.test(mediaType)) {
    try {
      const { type } = JSON.parse(text)
      if (String(type).startsWith(PREFIX)) {
        const kind = type.slice(PREFIX.length)
        if (isKnown(kind)) return kind
      }
    } catch (error) {
      // A broken document is no reason to lose the status.
    }
  }
  if (status === 404) return 'not-found'
  return status >= 500 ? 'server' : 'refused'
}
