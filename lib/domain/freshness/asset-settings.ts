import type { KeyPromise } from '#lib/domain/coverage/key-promise.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Policy } from './policies/policy.ts'

/** The settings in force from an instant on; null once the subject was removed from the catalogue. */
export interface SettingsVersion {
  from: Instant
  settings: AssetSettings | null
}

/** What the catalogue promises for one asset, resolved: inherited policies, zones and calendars filled in. */
export interface AssetSettings {
  feed: string
  promised: boolean
  policies: readonly Policy[]
  /** null: the asset is known from the runs that load it, ours or another system's: its promise judges their silence. */
  blindAfterMs: number | null
  /** What is promised of each of its keys, beside the policies; absent or null: nothing. */
  expect?: KeyPromise | null
}
