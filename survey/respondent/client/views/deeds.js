/**
 * "What this page did": every request with its exact bytes, and what was checked on the way. For those who want to
 * compare it with what a network tool shows them.
 */
import { ENC_LEN, TAG_LEN } from '../protocol/sealing.js'
import { authorization, TOKEN_LEN } from '../protocol/tokens.js'
import { checks } from '../checks.js'
import { h } from '../dom.js'
import { gap, t } from '../language.js'
import { ledger } from '../net.js'

/** What the browser loaded for the page itself: the page, its style, its script. Old browsers do not tell. */
function loaded() {
  if (!window.performance || !performance.getEntriesByType) return []
  return ['navigation', 'resource']
    .map((type) => performance.getEntriesByType(type))
    .reduce((all, some) => all.concat(some), [])
    .filter((entry) => !entry.name.startsWith('data:'))
}

const pathOf = (address) => new URL(address, location.href).pathname

function requests() {
  const asked = ledger.map(({ path }) => path)
  const files = loaded()
    .map((entry) => ({ method: 'GET', path: pathOf(entry.name), received: entry.decodedBodySize }))
    .filter(({ path }) => !asked.includes(path))
  return files.concat(ledger)
}

function request({ method, path, headers, sent, received }) {
  const values = { sent, headers, received }
  const key = received === null ? 'deeds.lost' : headers === undefined ? 'deeds.loaded' : 'deeds.asked'
  return h('li', null, h('span', { class: 'path' }, method + ' ' + path), h('br'), t(key, values))
}

function check({ key, values }) {
  const line = t(key, values)
  return h('li', null, key.endsWith('.fails') ? h('strong', null, line) : line)
}

function origins() {
  const elsewhere = loaded().filter((entry) => new URL(entry.name, location.href).origin !== location.origin).length
  return { key: elsewhere ? 'deeds.elsewhere.fails' : 'deeds.elsewhere.holds', values: { n: elsewhere } }
}

/** Closed at first; what stands in it is as of now. */
export function deeds() {
  return h(
    'details',
    { class: 'deeds' },
    h('summary', null, t('deeds.title')),
    h('h2', null, t('deeds.requests')),
    h('ol', null, requests().map(request)),
    h('p', null, t('deeds.browser')),
    h('h2', null, t('deeds.checks')),
    checks.size ? null : h('p', null, t('deeds.nothing')),
    h('ul', null, [...checks.values(), origins()].map(check)),
    h('p', null, t('deeds.stop'))
  )
}

/** The one request that is still to come, before it is sent. */
export function intention(manifest) {
  const { evaluation, plaintext_length: length } = manifest.facts
  const characters = authorization(new Uint8Array(TOKEN_LEN)).length
  return h(
    'p',
    { class: 'intention' },
    t('review.request', { n: ENC_LEN + length + TAG_LEN, m: TOKEN_LEN, k: characters }),
    gap(),
    h('span', { class: 'path' }, 'POST /e/' + evaluation + '/ballots')
  )
}
