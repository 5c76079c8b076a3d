/**
 * Inclusion proofs of RFC 9162, section 2.1: the phone itself computes the way from its receipt to the published
 * root. The numbers are the steps of section 2.1.3.2.
 */
import { concat, equal, sha256 } from './bytes.js'

const HASH_LEN = 32
const leafHash = (leaf) => sha256(concat(Uint8Array.of(0), leaf))
const nodeHash = (left, right) => sha256(concat(Uint8Array.of(1), left, right))

/** leaf, root and every node of path: 32 bytes; throws RangeError with the reason unless the path leads to the root. */
export async function verifyInclusion(leaf, index, size, path, root) {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size)) throw new RangeError('not a place in a tree')
  if (index < 0 || index >= size) throw new RangeError('no such leaf') // 1
  if ([leaf, root, ...path].some((hash) => hash.length !== HASH_LEN)) throw new RangeError('not a hash')
  // Halved by division: shifting would fold numbers beyond 32 bits.
  const half = (number) => Math.floor(number / 2)
  let fn = index // 2
  let sn = size - 1
  let r = await leafHash(leaf) // 3
  for (const p of path) {
    if (sn === 0) throw new RangeError('proof too long') // 4a
    if (fn % 2 === 1 || fn === sn) {
      r = await nodeHash(p, r) // 4b
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn)
        sn = half(sn)
      }
    } else {
      r = await nodeHash(r, p)
    }
    fn = half(fn) // 4c
    sn = half(sn)
  }
  if (sn !== 0 || !equal(r, root)) throw new RangeError('does not lead to the root') // 5
}
