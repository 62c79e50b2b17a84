import type { AppliesTo } from '#lib/domain/access/access-rules.ts'
import type { Role } from '#lib/domain/access/actor.ts'
import type { ContractTerms } from '#lib/domain/contracts/contract-terms.ts'
import type { KeyPromise } from '#lib/domain/coverage/key-promise.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import type { Route } from '#lib/domain/messages/route.ts'
import type { RunHours } from '#lib/domain/runs/trigger-conditions.ts'
import type { FlowTrigger } from '#lib/domain/runs/triggers.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** What the catalogue declares, resolved: inheritance applied, defaults filled in, secrets still references. */
export interface Catalogue {
  access: 'private' | 'public'
  page: CataloguePage
  tell: CatalogueTell
  /** Absent: none are written. */
  channels?: CatalogueChannel[]
  routes?: Route[]
  people: CataloguePeople
  audiences: CatalogueAudience[]
  connections: CatalogueConnection[]
  groups: CatalogueGroup[]
  feeds: CatalogueFeed[]
  assets: CatalogueAsset[]
  flows: CatalogueFlow[]
}

export interface CataloguePage {
  name: string
  /** Days and times of the page are in this IANA zone. */
  zone: string
  /** `HH:MM`: when people start to look; the deadline record judges this moment. */
  readyBy: string
  /** Where readers reach the page; links start with it. null: the address of the installation. */
  url: string | null
  demo: boolean
  /** Origins whose pages may frame an embed; absent: none. */
  embedIn?: string[]
}

/** Whom to tell about changes of feeds; references such as `${SMTP_URL}` are resolved when used. */
export interface CatalogueTell {
  email: { to: string; from: string; smtp: string } | null
  webhook: { url: string; secret: string } | null
  heartbeat: { url: string; everyMs: number } | null
}

/** A receiver that routes lead to. */
export interface CatalogueChannel {
  key: string
  kind: string
  /** Messages a day; null: any number. */
  budget: number | null
  /** What its kind needs, as written: references are resolved when used. */
  settings: Record<string, unknown>
}

/** Who may do what, and how people sign in. */
export interface CataloguePeople {
  /** In their order: the first that fits counts. */
  roles: { role: Role; for: AppliesTo }[]
  oidc: { issuer: string; clientId: string; name: string; groupsClaim: string } | null
  /** `smtp` is a reference such as `${SMTP_URL}`, resolved when used. */
  mail: { from: string; smtp: string } | null
}

/** Service groups that only these readers see, in the order the catalogue asks. */
export interface CatalogueAudience {
  key: string
  /** Keys of the groups that it names; it sees those that no audience names, too. */
  groups: string[]
  for: AppliesTo
}

export interface CatalogueConnection {
  key: string
  /** What people call it; absent: its key. */
  name?: string
  kind: string
  /** The reason why it exists, where somebody wrote it. */
  why?: string
  probeEveryMs: number
  /** Local day of the page's zone on which its secrets were last replaced, where somebody wrote it down. */
  rotatedOn: string | null
  /** The age after which its secrets should be replaced. */
  maxAgeMs: number
  /** How often is looked what there is, where the catalogue says it; null: never. */
  discoverEveryMs?: number | null
  /** How much is asked of it, where somebody wrote it down; for the rest its connector decides. */
  limits?: { atOnce?: number | undefined; perMinute?: number | undefined }
  /** Whether orders can start jobs of it. */
  startsJobs?: boolean
  /** Whether it is asked between looks if its database is there. */
  hasPulse?: boolean
  /** The connector's own settings, as written: secrets are still references, defaults not yet filled in. */
  settings: Record<string, unknown>
}

export interface CatalogueGroup {
  key: string
  name: string
  /** The reason why it exists, where somebody wrote it. */
  why?: string
  description: string | null
  /** A former key: its history moves here. */
  was?: string
}

export interface CatalogueFeed {
  key: string
  group: string
  name: string
  /** The reason why it exists, where somebody wrote it. */
  why?: string
  description: string | null
  owner: string | null
  runbook: string | null
  /** The promise in words, from its policies. */
  promise: string
  /** The feed as written, for its page. */
  source: CatalogueSource
  /** A former key: its history moves here. */
  was?: string
}

/** A part of the catalogue as written; `line` counts from 1. */
export interface CatalogueSource {
  file: string
  line: number
  yaml: string
}

export interface CatalogueAsset {
  /** `<connection>/<path>`: the identity. */
  key: string
  feed: string
  connection: string
  path: string
  name: string
  /** The reason why it exists, where somebody wrote it. */
  why?: string
  kind: 'source' | 'table' | 'consumer'
  promised: boolean
  /** The flow that writes it, or null. */
  flow: string | null
  /** The job of another system that writes it, `<connection>/<job>`; absent: none does. */
  job?: string
  /** Upstream asset keys with their origin. */
  upstream: { key: string; origin: 'declared' | 'flow' }[]
  /** A former key: its history moves here. */
  was: string | null
  /** Several policies may judge one asset; the worst verdict wins. */
  policies: Policy[]
  /** What its producer promises of its shape; absent: nothing. */
  contract?: ContractTerms
  /** What is promised of each of its keys; absent: nothing. */
  expect?: KeyPromise
  /** null: known from runs alone (a flow or a job writes it and the judged clock is `loadedAt`), never blind. */
  blindAfterMs: number | null
  /** What the connector needs to look at it, as written and found valid: the connector parses it again. */
  settings: Record<string, unknown>
  /** The rule that took it over from what was found; absent: it is written. */
  adopted?: CatalogueAdoption
}

/** How an asset came into the catalogue although nobody wrote it. */
export interface CatalogueAdoption {
  rule: CatalogueSource
  /** When discovery saw it first. */
  foundAt: Instant
  /** Since when discovery sees it no more; null: it is there. */
  goneAt: Instant | null
}

export interface CatalogueFlow {
  name: string
  /** The reason why it exists, where somebody wrote it. */
  why?: string
  /** null: it has no schedule. */
  cron: string | null
  zone: string
  after: string[]
  /** What asks for a run beside the schedule; absent: nothing does. */
  on?: FlowTrigger[]
  /** How long it is quiet before a run begins that was not planned; absent: not at all. */
  debounceMs?: number
  /** When such a run may begin; absent: at any time. */
  when?: RunHours
  /** Its runs carry the files of its inbox over one by one. */
  drainsInbox?: true
  /** Its runs begin while every contract of what it reads is kept. */
  requires?: 'contract'
  /** The job of another system that its runs are, `<connection>/<job>`; absent: they work here. */
  runs?: string
  /** That system can be told to cancel them. */
  cancelsThere?: true
  timeoutMs: number
  rejectTolerance: number
  /** Flow's connection name → catalogue connection key. */
  connections: Record<string, string>
  parameters: Record<string, unknown>
  reads: string[]
  writes: string[]
  /** The flow as written, for its card; absent where nobody wrote it. */
  source?: CatalogueSource
}

/** One thing wrong with the catalogue, and what to do about it. */
export interface CatalogueProblem {
  file: string
  line: number
  column: number
  /** Where in the document: `groups.records.feeds.terms.policy`. */
  path: string
  problem: string
  remedy: string
}
