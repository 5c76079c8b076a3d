/** What a program of a custodian refuses: a stable word for the texts, and who is named, if anybody. */
export class Refusal extends Error {
  constructor(kind, about = {}) {
    super(kind)
    this.kind = kind
    this.about = about
  }
}

/** A custodian broke the rules of key making; `what` is a word for the texts. */
export const fault = (index, what) => new Refusal('fault', { index, what })
