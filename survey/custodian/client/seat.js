/** A seat, as the server tells it: what it says of the key, and where this browser keeps what belongs to it. */
import { fromBase64url } from '../../respondent/client/protocol/bytes.js'

const REPLACEABLE = ['draft', 'frozen', 'printed', 'open']

/** Where this browser keeps what belongs to a seat; a replacement has a record of its own beside the first making. */
export function recordId({ board, index }) {
  const own = `${board.round}/${index}`
  return board.replaces ? `${own}/${board.replaces.verification_keys[board.replaces.index - 1]}` : own
}

/** Is the key under way to new holders? When all have confirmed, everybody has another verification key. */
export function isReplacing({ board, index, verification_key: key, state }) {
  return Boolean(board.replaces) && REPLACEABLE.includes(state) && board.replaces.verification_keys[index - 1] === key
}

/** What the server says of this custodian's key; the share must fit it. */
export function ownOf(seat) {
  return {
    round: seat.board.round,
    index: seat.index,
    custodian: seat.board.custodians[seat.index - 1],
    publicKey: fromBase64url(seat.public_key),
    verificationKey: fromBase64url(seat.verification_key),
  }
}
