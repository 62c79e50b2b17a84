import { randomUUID } from 'node:crypto'

/**
 * Who is answered: `open`: everybody, also on a private page; `reader`: who is signed in, or asks by a token that reads; `person`: who is signed in;
 * `engineer`, `admin`: who has that role, by a token as far as its scope goes.
 */
export type Door = 'open' | 'reader' | 'person' | 'engineer' | 'admin'

/** What stands in an address for the things of one group. */
export type Things = Record<'group' | 'feed' | 'asset' | 'flow' | 'run' | 'connection' | 'order' | 'path' | 'incident' | 'report', string>

interface Rule {
  /** Who may read it, with the question that is asked. */
  read?: { by: Door; query?: (things: Things) => string; isRedirect?: boolean }
  /** Who may order something there, with the fields that are sent; none where nothing can be ordered. */
  order?: { by: Door; fields?: (things: Things) => Record<string, string> }
  /** A mail program asks for it by the link in a letter, from anywhere and for nobody. */
  byLetter?: true
  /** What another system hands in there with its token, by which methods; it is no order. */
  handsIn?: { methods: readonly ('GET' | 'POST')[]; body: object }
}

const reader = (query?: (things: Things) => string): Rule => ({ read: { by: 'reader', ...(query && { query }) } })
const adminReads: Rule = { read: { by: 'admin' } }
const order = (by: Door, fields?: (things: Things) => Record<string, string>): Rule => ({ order: { by, ...(fields && { fields }) } })
const about = ({ feed }: Things) => ({ subject: `feed:${feed}` })

const heartbeat: Rule = { handsIn: { methods: ['GET', 'POST'], body: {} } }

/** Every page and route there is. One that stands in the file tree and not here is in nobody's hands, and a test says so. */
export const RULES: Record<string, Rule> = {
  '/': reader(),
  '/days/[day]': reader(),
  '/incidents': reader(),
  '/incidents/[incident]': reader(),
  '/find': reader(() => '?status=late'),
  '/catalogue': reader(() => '?q=feed'),
  // Nobody here sees everything but an admin.
  '/catalogue/[connection]/[...path]': adminReads,
  '/groups/[group]': reader(),
  '/feeds/[feed]': reader(),
  '/feeds/[feed]/feed.atom': reader(),
  '/feed.atom': reader(),
  '/assets/[...asset]': reader(),
  '/connections': reader(),
  '/lineage': reader(({ asset }) => `?focus=${encodeURIComponent(asset)}`),
  // Nobody here sees everything but an admin.
  '/connections/[connection]': adminReads,
  '/flows': reader(),
  '/flows/[flow]': reader(),
  '/runs': reader(),
  '/runs/[run]': reader(),
  '/account': { read: { by: 'person' } },
  '/sign-in': { read: { by: 'open' } },
  '/sign-in/invitation/[token]': { read: { by: 'open' } },
  '/unavailable': {},
  '/overview': {},
  '/admin': { read: { by: 'engineer' } },
  '/admin/audit': adminReads,
  '/admin/audit/export': { read: { by: 'admin', query: () => '?format=csv' } },
  '/admin/catalogue': adminReads,
  '/admin/catalogue/compare': { read: { by: 'admin', query: () => '?from=1&to=1' } },
  '/admin/system': adminReads,
  '/admin/maintenance': { read: { by: 'engineer' } },
  '/admin/people': adminReads,
  '/maintenance': { read: { by: 'engineer', query: ({ feed }) => `?subject=feed:${feed}` } },
  '/sign-in/forgotten': { read: { by: 'open' } },
  '/api/people/[person]/access': order('admin', () => ({ role: 'viewer', audience: '' })),
  '/api/people/[person]/end': order('admin'),
  '/api/people/[person]/end-sessions': order('admin'),
  '/api/people/[person]/return': order('admin'),
  '/api/people/invitations': order('admin', () => ({ email: '', role: 'viewer', audience: '' })),
  '/api/people/invitations/[invitation]/withdraw': order('admin'),
  '/api/sign-in/forgotten': order('open', () => ({ email: `${randomUUID()}@example.edu` })),
  '/api/v1/maintenance': order('engineer', (things) => ({ ...about(things), when: 'now', for: '2h' })),
  '/api/v1/maintenance/change': order('engineer', (things) => ({ ...about(things), window: '999999', from: '', to: '' })),
  '/api/v1/maintenance/end': order('engineer', (things) => ({ ...about(things), window: '999999' })),
  '/api/v1/maintenance/preview': reader(() => '?when=now&for=2h'),
  '/api/health': { read: { by: 'open' } },
  '/api/v1/openapi.json': reader(),
  '/api/v1/assets': reader(),
  '/api/v1/catalogue': reader(),
  '/api/v1/bars': reader(({ feed }) => `?subjects=feed:${feed}`),
  '/api/v1/deploys': order('engineer', (things) => ({ ...about(things), text: 'Models 4f2c1' })),
  '/api/v1/incidents': reader(),
  '/api/v1/incidents/[incident]': reader(),
  '/api/v1/incidents/[incident]/acknowledge': order('engineer'),
  '/api/v1/incidents/[incident]/assign': order('engineer', () => ({ to: 'Somebody' })),
  '/api/v1/incidents/[incident]/snooze': order('engineer', () => ({ for: '4h' })),
  '/api/v1/incidents/[incident]/update': order('engineer', () => ({ text: 'We look into it.' })),
  '/api/v1/incidents/[incident]/note': order('engineer', () => ({ text: 'It is the disk.' })),
  '/api/v1/incidents/[incident]/postmortem': order('engineer', () => ({ text: 'It was the disk.' })),
  '/api/v1/incidents/[incident]/link': order('engineer', ({ run }) => ({ kind: 'run', id: run })),
  '/api/v1/changes': reader(),
  '/api/v1/connections': reader(),
  '/api/v1/connections/[connection]/check': order('engineer'),
  '/api/v1/days/[day]': reader(({ feed }) => `?subject=feed:${feed}`),
  '/api/v1/days': reader(({ feed }) => `?subject=feed:${feed}`),
  '/api/v1/feeds': reader(),
  '/api/v1/feeds/[feed]/gate': reader(() => '?until=fresh'),
  '/api/v1/feeds/[feed]/look': order('engineer'),
  '/api/v1/feeds/[feed]/reload': { ...reader(), ...order('engineer', () => ({ reason: 'Tried.' })) },
  '/api/v1/orders/[order]': reader(),
  '/api/v1/orders/[order]/cancel': order('engineer'),
  '/feeds/[feed]/reload': reader(),
  '/api/v1/files': reader(),
  '/api/v1/flows/[flow]/files/retry': order('engineer'),
  '/api/v1/flows/[flow]/push': { handsIn: { methods: ['POST'], body: { Records: [] } } },
  '/api/v1/flows/[flow]/runs': order('engineer'),
  '/api/v1/groups': reader(),
  '/api/v1/lineage': {
    ...reader(),
    handsIn: {
      methods: ['POST'],
      body: {
        ...{
          eventTime: '2026-11-20T06:00:00Z',
          producer: 'https://example.edu/loader',
          schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json',
        },
        ...{ run: { runId: randomUUID() }, job: { namespace: 'loads', name: 'nightly' } },
      },
    },
  },
  '/api/v1/dbt': {
    handsIn: {
      methods: ['POST'],
      body: {
        metadata: {
          dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json',
          ...{ generated_at: '2026-11-20T06:00:00Z', invocation_id: randomUUID() },
        },
        results: [],
      },
    },
  },
  '/api/v1/assets/[asset]/heartbeat': heartbeat,
  '/api/v1/assets/[asset]/[path]/heartbeat': heartbeat,
  '/api/v1/moved': reader(() => '?since=1'),
  '/api/v1/pauses': order('engineer', (things) => ({ ...about(things), for: '2h' })),
  '/api/v1/pauses/end': order('engineer', about),
  '/api/v1/runs': reader(),
  '/api/v1/runs/[run]': reader(),
  '/api/v1/runs/[run]/log': reader(),
  '/api/v1/runs/[run]/cancel': order('engineer'),
  '/api/v1/status': reader(),
  '/api': reader(),
  '/embeds': reader(({ feed }) => `?subject=feed:${feed}`),
  // Whoever comes with the key of that; what it shows is asked for below.
  '/embed/feeds/[feed]/[form]': {},
  '/embed/groups/[group]/[form]': {},
  '/embed/assets/[...asset]': {},
  '/api/embeds': order('person', (things) => ({ ...about(things), name: 'Made', days: '1' })),
  '/account/tokens': { read: { by: 'person' } },
  // Told once, by the answer that made the token.
  '/account/tokens/made': {},
  '/admin/tokens': adminReads,
  '/api/account/tokens': order('person', () => ({ name: 'Made', may: 'read', days: '1' })),
  '/api/account/tokens/end': order('person', () => ({ token: 'nothing' })),
  '/api/sign-in/oidc': { read: { by: 'open', isRedirect: true } },
  '/api/sign-in/oidc/callback': { read: { by: 'open', isRedirect: true } },
  '/api/sign-in': order('open', () => ({ email: `${randomUUID()}@example.edu`, password: 'no such password' })),
  '/api/sign-in/demo': order('open', () => ({ person: 'admin' })),
  '/api/sign-in/invitation/[token]': order('open', () => ({ password: 'a', again: 'a' })),
  '/api/sign-out': order('person'),
  '/api/account/password': order('person', () => ({ password: 'x', next: 'tidal marsh lantern 2', again: 'tidal marsh lantern 2' })),
  '/api/account/sessions/end': order('person', () => ({ session: 'nothing' })),
  '/subscriptions/[token]': { read: { by: 'open' } },
  '/api/subscriptions/feed/[feed]': order('person'),
  '/api/subscriptions/feed/[feed]/end': order('person'),
  '/api/subscriptions/group/[group]': order('person'),
  '/api/subscriptions/group/[group]/end': order('person'),
  '/api/subscriptions/[token]/confirm': order('open'),
  '/api/subscriptions/[token]/end': order('open'),
  '/api/subscriptions/[token]/leave': { read: { by: 'open', isRedirect: true }, byLetter: true },
  '/api/v1/feeds/[feed]/reports': order('person', () => ({ text: 'Marks are missing.' })),
  '/api/v1/reports/[report]/settle': order('engineer'),
  '/api/v1/events': {},
}

/** The methods for which there is no rule at an address. */
export function unruledMethods(route: string): string[] {
  const { read, order, handsIn, byLetter } = RULES[route] ?? {}
  const reads = read !== undefined || route === '/api/v1/events' ? ['GET', 'HEAD'] : []
  const ruled = [...reads, ...(order === undefined && byLetter === undefined ? [] : ['POST']), ...(handsIn?.methods ?? [])]
  return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'].filter((method) => !ruled.includes(method))
}
