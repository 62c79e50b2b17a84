/**
 * Who says a fact about an asset: Tidemark's own runs (`ledger`), or a connection that was looked through. A look sees a state, so the latest
 * one wins and may take back what an earlier one saw; everybody else tells of an event, which counts for when it happened.
 */
export type Witness = 'ledger' | `${typeof LOOK}${string}`

const LOOK = 'connection:'

/** The witness of what is seen through this connection. */
export function connectionWitness(connectionKey: string): Witness {
  return `${LOOK}${connectionKey}`
}

/** True for a witness that sees a state; false for one that tells of events. */
export function isLook(witness: Witness): boolean {
  return witness.startsWith(LOOK)
}
