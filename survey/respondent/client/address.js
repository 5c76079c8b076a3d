/**
 * What the slip's address says, read once and removed from the bar, the history and the share menu.
 *
 * The fragment never reaches a server; removing it keeps the code out of the phone's own history too.
 */
import { readCode } from './protocol/code.js'

/** -> {evaluation, isKiosk, code, hasCode, fingerprint, language, isLarge}; absent parts are null. */
export function readAddress(location) {
  const path = /^\/e\/([^/]+?)(\/kiosk)?\/?$/.exec(location.pathname)
  const parts = {}
  for (const pair of location.hash.slice(1).split('&')) {
    const at = pair.indexOf('=')
    if (at > 0) parts[pair.slice(0, at)] = decodeURIComponent(pair.slice(at + 1))
  }
  return {
    evaluation: path && path[1],
    isKiosk: Boolean(path && path[2]),
    code: parts.c ? readCode(parts.c) : null,
    hasCode: Boolean(parts.c),
    fingerprint: parts.m || null,
    language: parts.l || null,
    isLarge: parts.s === '1',
  }
}

export function hideAddress(state) {
  history.replaceState(state, '', location.pathname)
  // Some in-app browsers take replaceState for the page but keep showing the old address.
  if (location.hash) location.hash = ''
}
