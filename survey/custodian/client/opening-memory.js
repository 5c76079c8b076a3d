/**
 * The points of an opening that is under way, block by block, locked under the custodian's passphrase: a page that was
 * closed goes on where it was. Forgotten when the part is handed in (views/opening.js).
 *
 * Law: where the browser keeps nothing, the work begins anew; that is no reason to refuse it.
 */
import { utf8 } from '../../respondent/client/protocol/bytes.js'
import { keep, kept } from './keeping.js'

/** What the records of all openings of a place begin with; seat: {round, index}. */
export const openingPrefix = ({ round, index }) => `${round}/${index}/opening/`

export class OpeningMemory {
  constructor(own, digest, lock) {
    this.id = (block) => `${openingPrefix(own)}${digest}/${block}`
    this.lock = lock
  }

  async read(block) {
    try {
      const record = await kept(this.id(block))
      return record ? await this.lock.unlock(record.locked, utf8(this.id(block))) : null
    } catch (error) {
      return null
    }
  }

  async write(block, points) {
    try {
      await keep({ id: this.id(block), locked: await this.lock.lock(points, utf8(this.id(block))) })
    } catch (error) {
      // Not kept: made again next time.
    }
  }
}
