/**
 * Who says a fact about an asset: Tidemark's own runs (`ledger`), the runs of another system's jobs (`job:`), a system that tells by itself (`push:` and its
 * namespace), or a connection that was looked through. A look sees a state, so the latest one wins and may take back what an earlier one saw; everybody
 * else tells of an event, which counts for when it happened.
 */
export type Witness = 'ledger' | `${typeof LOOK}${string}` | `${typeof JOB}${string}` | PushWitness
export type PushWitness = `${typeof PUSH}${string}`

const LOOK = 'connection:'
const JOB = 'job:'
const PUSH = 'push:'

/** The witness of what is seen through this connection. */
export function connectionWitness(connectionKey: string): Witness {
  return `${LOOK}${connectionKey}`
}

/** True for a witness that sees a state; false for one that tells of events. */
export function isLook(witness: Witness): boolean {
  return witness.startsWith(LOOK)
}

/** True for a witness that tells by itself, of whatever system. */
export function isPush(witness: Witness): witness is PushWitness {
  return witness.startsWith(PUSH)
}

/** The witness of what was told by itself under a namespace. */
export function pushWitness(namespace: string): PushWitness {
  return `${PUSH}${namespace}`
}

/** The witness of what the runs of this connection's jobs did. */
export function jobWitness(connectionKey: string): Witness {
  return `${JOB}${connectionKey}`
}
