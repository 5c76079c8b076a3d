/**
 * A partial opening of the frozen list: one point per ballot and one proof over the whole list. Forms as in
 * survey/domain/boxes.py and shares.py.
 *
 * Law: a share works on exactly the frozen list of its own round and on nothing else: digest, round and key must be
 * those that the custodian was shown and agreed to.
 */
import { concat, toBase64url, toHex, utf8 } from '../../../respondent/client/protocol/bytes.js'
import { POINT_LEN, readPoint, times, writePoint, hash } from './group.js'
import { Pairs, proveList } from './proofs.js'
import { Refusal } from './refusal.js'

const STEP = 64 // points between two reports of progress

/** {header, digest (hex), at(i)} of the bytes of a boxes file; throws Refusal('broken-list'). */
export function readBoxes(bytes) {
  const end = bytes.indexOf(10)
  let header
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end)))
  } catch (error) {
    throw new Refusal('broken-list')
  }
  const isWhole =
    header !== null &&
    header.schema === 'survey-boxes/1' &&
    Number.isInteger(header.count) &&
    bytes.length === end + 1 + header.count * POINT_LEN
  if (!isWhole) throw new Refusal('broken-list')
  const at = (i) => bytes.subarray(end + 1 + i * POINT_LEN, end + 1 + (i + 1) * POINT_LEN)
  return { header, digest: toHex(hash(bytes)), at }
}

/**
 * The bytes of the partial file. secret: number; boxes: of readBoxes; own: {round, index, custodian, publicKey};
 * digest: what the custodian saw and agreed to. onProgress(done, total): half of it points, the rest the proof.
 */
export function makePartial(secret, boxes, own, digest, onProgress = () => {}) {
  const { header } = boxes
  if (header.round !== own.round || header.opening_key !== toBase64url(own.publicKey) || boxes.digest !== digest) {
    throw new Refusal('foreign-list')
  }
  const total = header.count
  const points = new Uint8Array(total * POINT_LEN)
  const pairs = new Pairs()
  for (let i = 0; i < total; i++) {
    const enc = boxes.at(i)
    const point = writePoint(times(readPoint(enc), secret))
    points.set(point, i * POINT_LEN)
    pairs.add(enc, point)
    if (i % STEP === 0) onProgress(i, total)
  }
  onProgress(total, total)
  const proof = proveList(secret, pairs, boxes.at, hexBytes(digest))
  const head = {
    schema: 'survey-partial/1',
    round: own.round,
    custodian: own.custodian,
    index: own.index,
    boxes_digest: digest,
    proof: toBase64url(proof),
  }
  return concat(utf8(`${JSON.stringify(head)}\n`), points)
}

const hexBytes = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16))
