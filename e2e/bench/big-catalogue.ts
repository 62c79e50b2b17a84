import type { Catalogue, CatalogueAsset, CatalogueFeed } from '#lib/catalogue/catalogue.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'

export const GROUPS = 25
export const FEEDS_PER_GROUP = 40
export const ASSETS_PER_FEED = 10

const ZONE = 'America/New_York'

function policyOf(feed: number): Policy {
  if (feed % 3 === 0)
    return { kind: 'age', clock: 'writtenAt', zone: ZONE, calendar: null, lateAfterMs: 30 * HOUR_MS, staleAfterMs: 4 * DAY_MS }
  if (feed % 3 === 1) {
    const cron = `${feed % 60} ${1 + (feed % 5)} * * *`
    return {
      kind: 'deadline',
      clock: 'writtenAt',
      zone: ZONE,
      calendar: null,
      cron,
      graceMs: 2 * HOUR_MS,
      staleAfterMs: 2 * DAY_MS,
      opensBeforeMs: null,
      writer: null,
    }
  }
  return { kind: 'calendar-days', clock: 'writtenAt', zone: ZONE, calendar: null, lateAfterDays: 1, staleAfterDays: 100, by: '08:00' }
}

function assetOf(group: number, feed: number, index: number, policy: Policy): CatalogueAsset {
  const feedKey = `g${group}-f${feed}`
  const path = `${feedKey}.table_${index}`
  const upstream = index === 0 ? [] : [{ key: `warehouse/${feedKey}.table_${index - 1}`, origin: 'declared' as const }]
  return {
    key: `warehouse/${path}`,
    feed: feedKey,
    connection: 'warehouse',
    path,
    name: `Table ${index} of feed ${feed}`,
    kind: 'table',
    promised: index === ASSETS_PER_FEED - 1,
    flow: null,
    upstream,
    was: null,
    policies: [policy],
    blindAfterMs: DAY_MS * 365,
    settings: {},
  }
}

/** A thousand feeds of ten tables each: the size the overview and the sweep are measured at. */
export function bigCatalogue(url: string): Catalogue {
  const groups = Array.from({ length: GROUPS }, (_, g) => ({ key: `g${g}`, name: `Service group ${g + 1}`, description: null }))
  const feeds: CatalogueFeed[] = []
  const assets: CatalogueAsset[] = []
  for (let g = 0; g < GROUPS; g += 1) {
    for (let f = 0; f < FEEDS_PER_GROUP; f += 1) {
      const key = `g${g}-f${f}`
      const source = { file: 'bench.yaml', line: 1, yaml: '' }
      feeds.push({
        key,
        group: `g${g}`,
        name: `Feed ${f + 1} of group ${g + 1}`,
        description: null,
        owner: `team-${g}@bench.example`,
        runbook: null,
        promise: 'measured',
        source,
      })
      for (let a = 0; a < ASSETS_PER_FEED; a += 1) assets.push(assetOf(g, f, a, policyOf(f)))
    }
  }
  return {
    access: 'public',
    page: { name: 'Bench', zone: ZONE, readyBy: '08:00', url, demo: false },
    tell: { email: null, webhook: null, heartbeat: null },
    people: { roles: [], oidc: null, mail: null },
    audiences: [],
    connections: [{ key: 'warehouse', kind: 'postgres', probeEveryMs: HOUR_MS, rotatedOn: null, maxAgeMs: 365 * DAY_MS, settings: {} }],
    groups,
    feeds,
    assets,
    flows: [],
  }
}
