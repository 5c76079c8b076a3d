/**
 * What this page has checked for the person, in the order of checking: for the panel "what this page did", above all
 * where a check has failed.
 */

/** name -> {key, values}: the sentence that says how it went. */
export const checks = new Map()

/** verdict: 'holds', 'fails', or 'yours' where the person has to look. */
export function note(name, verdict, values = {}) {
  checks.set(name, { key: ['deeds', name, verdict].join('.'), values })
  return verdict === 'holds'
}
