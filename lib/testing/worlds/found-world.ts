import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { type SyncResult, syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { type KeptDiscovery, keepFound } from '#lib/commands/discovery/keep-found.ts'
import type { Found } from '#lib/connectors/kit/connector.ts'
import type { Context } from '#lib/db/context.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'

/** A page with two connections, before whatever a test writes. */
export const TWO_CONNECTIONS = `page: { name: P, zone: UTC }
connections: { lake: { kind: postgres, url: "\${LAKE}" }, looker: { kind: postgres, url: "\${LOOKER}" } }
`

/** The rule of three lines. */
export const FOLDERS = 'adopt:\n  - from: looker/**\n    group: "{folder}"\n    feed: "{dashboard}"\n'

/** Something found that people look at, in a folder and on a dashboard. */
export function aTile(path: string, more: Partial<Found> = {}): Found {
  return {
    path,
    kind: 'consumer',
    name: `Tile ${path}`,
    settings: {},
    upstream: [],
    policy: { input: { kind: 'age', lateAfter: '3h', staleAfter: '6h' }, because: 'As it always was.' },
    group: '',
    labels: { folder: 'Finance', dashboard: 'Revenue' },
    ...more,
  }
}

/** Puts a written catalogue into force, with what its rules take over. */
export async function write(ctx: Context, text: string): Promise<SyncResult> {
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text: TWO_CONNECTIONS + text }], campusContracts)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  return syncCatalogue(ctx, loaded)
}

async function* each(found: readonly Found[], thenFails: Error | null): AsyncGenerator<Found> {
  yield* found
  if (thenFails !== null) throw thenFails
}

/** A discovery that sees this; one that fails breaks off afterwards. */
export function discovers(
  ctx: Context,
  found: readonly Found[],
  {
    connection = 'looker',
    thenFails = null,
    mayShrink = false,
  }: { connection?: string; thenFails?: Error | null; mayShrink?: boolean } = {},
): Promise<KeptDiscovery> {
  return keepFound(ctx, connection, each(found, thenFails), { mayShrink })
}

/** The catalogue in force, one line an asset: where it stands, since when it is gone. */
export async function inForce(ctx: Context): Promise<string[]> {
  const { rows } = await ctx.pool.query<{ line: string }>(
    `select g.key || ' / ' || f.key || ' / ' || s.key || case when o.gone_at is not null then ' (gone)' else '' end as line
     from subject s join asset a on a.subject_id = s.id join subject f on f.id = a.feed_id join feed on feed.subject_id = f.id
     join subject g on g.id = feed.group_id left join adoption o on o.asset_id = s.id
     where s.removed_at is null order by s.key`,
  )
  return rows.map(({ line }) => line)
}
