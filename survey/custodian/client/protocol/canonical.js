/** Canonical JSON as survey/crypto/dkg_messages.py writes it: sorted keys, no spaces, UTF-8. */
import { utf8 } from '../../../respondent/client/protocol/bytes.js'

export function canonicalText(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const pairs = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`)
    return `{${pairs.join(',')}}`
  }
  return JSON.stringify(value)
}

export const canonicalJson = (value) => utf8(canonicalText(value))
