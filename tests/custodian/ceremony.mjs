/**
 * Runs the custodian page's own modules under node for the Python tests: one question a line on standard input, one
 * reply a line on standard output. Bytes travel as hexadecimal; a Refusal is a reply.
 */
import { createInterface } from 'node:readline'
import { canonicalText } from '../../survey/custodian/client/protocol/canonical.js'
import { agreedDigest, Board, factsOf } from '../../survey/custodian/client/protocol/ceremony.js'
import { checkWords, LISTS } from '../../survey/custodian/client/protocol/check-words.js'
import { isPoint, scalarHash, seeded, writeScalar } from '../../survey/custodian/client/protocol/group.js'
import { KeyHolder, newDraft } from '../../survey/custodian/client/protocol/key-holder.js'
import { Lock, paperOf, readShare, unlockShare, writeShareFile } from '../../survey/custodian/client/protocol/locks.js'
import { Multiplier } from '../../survey/custodian/client/protocol/multiply.js'
import { makePartial, readBoxes } from '../../survey/custodian/client/protocol/opening.js'
import { Pairs, proveKnowledge, proveList, verifyKnowledge, verifyList } from '../../survey/custodian/client/protocol/proofs.js'
import { Refusal } from '../../survey/custodian/client/protocol/refusal.js'
import { constantTerm } from '../../survey/custodian/client/protocol/replacement.js'
import { signStatement } from '../../survey/custodian/client/protocol/statement.js'
import { openWithDh, seal } from '../../survey/custodian/client/protocol/sealed.js'
import en from '../../survey/custodian/client/texts/en.js'
import zh from '../../survey/custodian/client/texts/zh.js'
import { fromHex, toHex } from '../../survey/respondent/client/protocol/bytes.js'

const number = (hex) => BigInt(`0x${hex}`)
const ownOf = ({ publicKey, verificationKey, ...own }) => ({
  ...own,
  publicKey: fromHex(publicKey),
  verificationKey: fromHex(verificationKey),
})

const answers = {
  canonical: ({ document }) => canonicalText(document),
  isPoint: ({ data }) => isPoint(fromHex(data)),
  scalar: ({ context, message }) => toHex(writeScalar(scalarHash(fromHex(context))(fromHex(message)))),
  seeded({ seed, info, lengths }) {
    const draw = seeded(fromHex(seed), fromHex(info))
    return lengths.map((length) => toHex(draw(length)))
  },
  words: ({ digest, language }) => checkWords(fromHex(digest), language),
  lists: () => LISTS,
  texts: () => [zh, en],
  async proveList({ secret, cs, ds, context }) {
    const pairs = new Pairs()
    cs.forEach((c, i) => pairs.add(fromHex(c), fromHex(ds[i])))
    return toHex(await proveList(number(secret), pairs, (i) => fromHex(cs[i]), fromHex(context)))
  },
  async verifyList({ b, cs, ds, proof, context }) {
    await verifyList(fromHex(b), cs.map(fromHex), ds.map(fromHex), fromHex(proof), fromHex(context))
    return true
  },
  proveKnowledge: ({ secret, statement }) => toHex(proveKnowledge(number(secret), fromHex(statement))),
  verifyKnowledge({ point, statement, proof }) {
    verifyKnowledge(fromHex(point), fromHex(statement), fromHex(proof))
    return true
  },
  seal: async ({ key, info, plaintext }) => toHex(await seal(fromHex(key), fromHex(info), fromHex(plaintext))),
  open: async ({ dh, enc, key, info, ct }) =>
    toHex(await openWithDh(fromHex(dh), fromHex(enc), fromHex(key), fromHex(info), fromHex(ct))),
  agreed: ({ document }) => toHex(agreedDigest(document)),
  facts({ document }) {
    const { subject, context, digest } = factsOf(document)
    return { subject: toHex(subject), context: toHex(context), digest: toHex(digest) }
  },
  async board({ document }) {
    const board = await Board.read(document)
    const { fault } = board
    return { phase: board.phase, missing: board.missing, seen: toHex(board.seen(board.phase)), fault: fault && fault.about }
  },
  draft: ({ document, index, old }) => newDraft(agreedDigest(document), index, old ? number(old) : null),
  term: ({ document, index, old }) =>
    toHex(writeScalar(constantTerm(factsOf(document).replacement, index, old ? number(old) : null))),
  async points({ secret, encs, natively }) {
    const multiplier = new Multiplier(number(secret))
    return toHex(await (natively ? multiplier.natively(encs.map(fromHex)) : multiplier.all(encs.map(fromHex))))
  },
  sign: ({ secret, own, opening }) => signStatement(number(secret), ownOf(own), opening),
  async next({ draft, document }) {
    return new KeyHolder(draft).next(await Board.read(document))
  },
  async share({ draft, document }) {
    const share = await new KeyHolder(draft).share(await Board.read(document))
    return Object.fromEntries(Object.entries(share).map(([name, bytes]) => [name, toHex(bytes)]))
  },
  async shareFile({ document, index, share, passphrase }) {
    const lock = await Lock.of(passphrase, undefined, 10)
    const bytes = Object.fromEntries(Object.entries(share).map(([name, hex]) => [name, fromHex(hex)]))
    const file = await writeShareFile(factsOf(document), index, bytes, lock)
    return { file, paper: paperOf(file) }
  },
  async unlock({ text, passphrase, own }) {
    return toHex(writeScalar(await unlockShare(readShare(text, ownOf(own)), passphrase, ownOf(own))))
  },
  async partial({ secret, boxes, own, digest }) {
    let reports = 0
    const file = await makePartial(number(secret), readBoxes(fromHex(boxes)), ownOf(own), digest, () => reports++)
    return { file: toHex(file), reports }
  },
}

async function replyTo(question) {
  try {
    return { ok: await answers[question.do](question) }
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.kind, about: error.about }
    return { broke: String(error.stack) }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await replyTo(JSON.parse(line)))}\n`)
}
