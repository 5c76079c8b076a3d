/** The only door to the network: this server, no cookie, no referrer; the invitation's secret in a header. */
import { Refusal } from './protocol/refusal.js'

const PREFIX = 'urn:survey:problem:'

export class Server {
  constructor(secret) {
    this.secret = secret
  }

  board() {
    return this.ask('board').then((response) => response.json())
  }

  say(message) {
    return this.ask('messages', { method: 'POST', body: message }).then((response) => response.json())
  }

  test(proof) {
    return this.ask('tests', { method: 'POST', body: JSON.stringify({ proof }) })
  }

  async boxes() {
    return new Uint8Array(await (await this.ask('boxes')).arrayBuffer())
  }

  /** This custodian sees other check words: ends the attempt for everybody. */
  object() {
    return this.ask('objection', { method: 'POST', body: '' }).then((response) => response.json())
  }

  sign(statement) {
    return this.ask('statement', { method: 'POST', body: statement })
  }

  /** May be tried again with the same bytes when the network fails. */
  give(partial) {
    return this.ask('partial', { method: 'POST', body: partial })
  }

  async ask(path, { method = 'GET', body } = {}) {
    let response
    try {
      response = await fetch(`/custodian/${path}`, {
        method,
        body,
        headers: { Authorization: `Bearer ${this.secret}`, Accept: '*/*', 'Content-Type': 'application/octet-stream' },
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        redirect: 'error',
      })
    } catch (error) {
      throw new Refusal('network')
    }
    if (response.ok) return response
    const problem = await response.json().catch(() => ({}))
    const type = String(problem.type || '')
    const kind = type.startsWith(PREFIX) ? type.slice(PREFIX.length) : response.status >= 500 ? 'network' : 'refused'
    throw new Refusal(kind, { detail: problem.detail })
  }
}
