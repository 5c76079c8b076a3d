/** The phases of a ceremony, in order; DONE comes after the last. */
export const PHASES = ['join', 'commit', 'reveal', 'deal', 'verify', 'confirm']
export const DONE = 'done'
