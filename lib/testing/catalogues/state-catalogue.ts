import type { Catalogue, CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import type { AgePolicy, CalendarDaysPolicy, DeadlinePolicy } from '#lib/domain/freshness/policies/policy.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'

const ZONE = 'America/New_York'

export function anAge(lateAfterMs = 3 * HOUR_MS, staleAfterMs = 6 * HOUR_MS, clock: AgePolicy['clock'] = 'writtenAt'): AgePolicy {
  return { kind: 'age', clock, zone: ZONE, calendar: null, lateAfterMs, staleAfterMs }
}

export function aDeadline(settings: Partial<DeadlinePolicy> = {}): DeadlinePolicy {
  const usual = { cron: '0 1 * * *', graceMs: 45 * MINUTE_MS, staleAfterMs: 24 * HOUR_MS, opensBeforeMs: null, writer: null }
  return { kind: 'deadline', clock: 'loadedAt', zone: ZONE, calendar: null, ...usual, ...settings }
}

export function calendarDays(): CalendarDaysPolicy {
  return { kind: 'calendar-days', clock: null, zone: ZONE, calendar: null, lateAfterDays: 1, staleAfterDays: 100, by: '08:00' }
}

/** An asset of the connection `lake`, probed, in feed `terms`. */
export function anAsset(path: string, settings: Partial<CatalogueAsset> = {}): CatalogueAsset {
  const connection = settings.connection ?? 'lake'
  return {
    key: `${connection}/${path}`,
    feed: 'terms',
    connection,
    path,
    name: path,
    kind: 'table',
    promised: true,
    flow: null,
    upstream: [],
    was: null,
    policies: [anAge()],
    blindAfterMs: 15 * MINUTE_MS,
    settings: {},
    ...settings,
  }
}

/** A resolved catalogue around assets; every feed is in group `records` unless told. */
export function aCatalogue(assets: CatalogueAsset[], groupOfFeed: Record<string, string> = {}): Catalogue {
  const feeds = [...new Set(assets.map((asset) => asset.feed))]
  const groups = [...new Set(feeds.map((feed) => groupOfFeed[feed] ?? 'records'))]
  const flows = [...new Set(assets.flatMap((asset) => (asset.flow === null ? [] : [asset.flow])))]
  return {
    access: 'private',
    page: { name: 'Campus data', zone: ZONE, readyBy: '08:00', url: 'http://localhost:3000', demo: false },
    tell: { email: { to: 'a@campus.example', from: 'b@campus.example', smtp: '${SMTP_URL}' }, webhook: null, heartbeat: null },
    people: { roles: [], oidc: null, mail: null },
    audiences: [],
    connections: [...new Set(assets.map((asset) => asset.connection))].map((key) => ({
      key,
      kind: 'postgres',
      probeEveryMs: 5 * MINUTE_MS,
      rotatedOn: null,
      maxAgeMs: 365 * DAY_MS,
      settings: { url: '${LAKE_DATABASE_URL}', user: 'someone', timeoutSeconds: 30 },
    })),
    groups: groups.map((key) => ({ key, name: key, description: null })),
    feeds: feeds.map((key) => ({
      key,
      group: groupOfFeed[key] ?? 'records',
      name: key,
      description: null,
      owner: null,
      runbook: null,
      promise: 'as agreed',
      source: { file: 'tidemark.yaml', line: 1, yaml: '' },
    })),
    assets,
    flows: flows.map((name) => ({
      name,
      cron: '0 1 * * *',
      zone: ZONE,
      after: [],
      timeoutMs: 2 * HOUR_MS,
      rejectTolerance: 0.01,
      connections: {},
      parameters: {},
      reads: [],
      writes: assets.filter((asset) => asset.flow === name).map((asset) => asset.key),
    })),
  }
}
