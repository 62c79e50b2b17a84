import type { JudgedClock } from '#lib/domain/freshness/facts.ts'

/** What the tests of every connector ask it, and what is said of its kind to people. */
export interface ConnectorExample {
  /** As under `connections` of a catalogue: hosts of example.edu, references for what is secret; one for each way it can speak. */
  settings: readonly [Record<string, unknown>, ...Record<string, unknown>[]]
  /** Something to be looked at through it. */
  asset: { path: string; settings?: Record<string, unknown> }
  speaksTo: string
  /** Its settings as in the README: those that must be there; those that may be left out, with their defaults. */
  told: string
  /** What may stand under an asset of it; null: nothing of its own. */
  toldOfAsset: string | null
  /** What stands in an `extract` block beside `from`; null: nothing is read from it. */
  asked: string | null
  /** The ways a look knows, best first. */
  evidence: readonly { reads: string; clock: JudgedClock | null; strength: 'strong' | 'weak' }[]
  /** What its account must be allowed to do. */
  permission: string
}
