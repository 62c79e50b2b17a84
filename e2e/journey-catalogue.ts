import type { Catalogue, CatalogueAsset, CatalogueFeed } from '#lib/catalogue/catalogue.ts'
import type { AgePolicy } from '#lib/domain/freshness/policies/policy.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'

const ZONE = 'America/New_York'

/** Judged by age, so that the journeys do not depend on the time of day they are made at. */
export const daily: AgePolicy = {
  kind: 'age',
  clock: 'writtenAt',
  zone: ZONE,
  calendar: null,
  lateAfterMs: 30 * HOUR_MS,
  staleAfterMs: 9 * DAY_MS,
}

/** A feed of the journeys, late after 30 h. */
export function feed(group: string, key: string, name: string): CatalogueFeed {
  const yaml = `${key}:\n  name: ${name}\n  policy: { kind: age, lateAfter: 30h, staleAfter: 9d }`
  const source = { file: 'tidemark.yaml', line: 12, yaml }
  const words = { description: null, owner: `${key}-data@campus.example`, runbook: null, promise: 'at most 30 h old' }
  return { key, group, name, ...words, source }
}

/** An asset of the warehouse. */
export function asset(
  feedKey: string,
  path: string,
  name: string,
  upstream: string[],
  kind: CatalogueAsset['kind'] = 'table',
): CatalogueAsset {
  return {
    key: `warehouse/${path}`,
    feed: feedKey,
    connection: 'warehouse',
    path,
    name,
    kind,
    promised: !path.startsWith('raw.'),
    flow: null,
    upstream: upstream.map((key) => ({ key: `warehouse/${key}`, origin: 'declared' as const })),
    was: null,
    policies: [daily],
    blindAfterMs: 30 * DAY_MS,
    settings: {},
  }
}

/** Two groups, three feeds, four assets, one of them with slashes and a space in its key. */
export const journeyCatalogue: Catalogue = {
  access: 'public',
  page: { name: 'Campus data', zone: ZONE, readyBy: '08:00', url: 'http://localhost:3000', demo: true },
  tell: { email: null, webhook: null, heartbeat: null },
  people: { roles: [], oidc: null, mail: null },
  audiences: [],
  connections: [{ key: 'warehouse', kind: 'postgres', probeEveryMs: 10 * DAY_MS, rotatedOn: null, maxAgeMs: 365 * DAY_MS, settings: {} }],
  groups: [
    { key: 'records', name: 'Student records', description: 'Terms and courses.' },
    { key: 'finance', name: 'Finance', description: null },
  ],
  feeds: [feed('records', 'terms', 'Terms'), feed('records', 'courses', 'Courses'), feed('finance', 'ledger', 'General ledger')],
  assets: [
    asset('terms', 'raw.terms', 'Terms as received', []),
    asset('terms', 'curated/terms by service', 'Terms by service', ['raw.terms']),
    asset('courses', 'curated.courses', 'Courses', ['raw.terms']),
    asset('ledger', 'mart.ledger', 'Ledger dashboard', [], 'consumer'),
  ],
  flows: [],
}

/** Which of the assets is three days old when the journeys begin, and therefore late. */
export const LATE_ASSET = 'warehouse/curated/terms by service'
