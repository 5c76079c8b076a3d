/**
 * A partial opening of the frozen list: one point per ballot and one proof over the whole list. Forms as in
 * survey/domain/custody/boxes.py and shares.py.
 *
 * Law: a share works on exactly the frozen list of its own round and on nothing else: digest, round and key must be
 * those that the custodian was shown and agreed to.
 */
import { concat, toBase64url, toHex, utf8 } from '../../../respondent/client/protocol/bytes.js'
import { hash, POINT_LEN } from './group.js'
import { Multiplier } from './multiply.js'
import { Pairs, proveList } from './proofs.js'
import { Refusal } from './refusal.js'

const STEP = 128 // points handed to the browser at once; between two of them progress is told
const BLOCK = 2048 // points remembered together, so that a closed page goes on where it was
const NO_MEMORY = { read: async () => null, write: async () => {} }

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
 * digest: what the custodian saw and agreed to. onProgress(done, total): points first, then the proof; it may wait, and
 * throw to end the work. memory: {read(block), write(block, points)} of an earlier visit.
 */
export async function makePartial(secret, boxes, own, digest, onProgress = () => {}, memory = NO_MEMORY) {
  const { header } = boxes
  if (header.round !== own.round || header.opening_key !== toBase64url(own.publicKey) || boxes.digest !== digest) {
    throw new Refusal('foreign-list')
  }
  const total = header.count
  const points = new Uint8Array(total * POINT_LEN)
  const pairs = new Pairs()
  const multiplier = new Multiplier(secret)
  for (let start = 0; start < total; start += BLOCK) {
    const end = Math.min(start + BLOCK, total)
    const remembered = await memory.read(start / BLOCK)
    if (remembered && remembered.length === (end - start) * POINT_LEN) points.set(remembered, start * POINT_LEN)
    else {
      for (let from = start; from < end; from += STEP) {
        const encs = Array.from({ length: Math.min(STEP, end - from) }, (_, k) => boxes.at(from + k))
        points.set(await multiplier.all(encs), from * POINT_LEN)
        await onProgress(from + encs.length, 2 * total)
      }
      await memory.write(start / BLOCK, points.slice(start * POINT_LEN, end * POINT_LEN))
    }
    for (let i = start; i < end; i++) pairs.add(boxes.at(i), points.subarray(i * POINT_LEN, (i + 1) * POINT_LEN))
    await onProgress(end, 2 * total)
  }
  const proof = await proveList(secret, pairs, boxes.at, hexBytes(digest), (done) => onProgress(total + done, 2 * total))
  await onProgress(2 * total, 2 * total)
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
