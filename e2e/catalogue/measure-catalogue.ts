import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { readSearchWords } from '#lib/domain/search/question.ts'
import { UNFILTERED } from '#lib/queries/catalogue/catalogue-view.ts'
import { getNearestNames, searchCatalogue } from '#lib/queries/catalogue/search-catalogue.ts'
import { createDatabaseAt } from '#lib/testing/database/database.ts'
import { bigCatalogue, GROUPS } from '../bench/big-catalogue.ts'
import { against, type Figure, percentile, timed } from '../bench/report.ts'

const NOW = Date.parse('2026-11-20T15:00:00Z')
const ROUNDS = 10
const PAGE = 50
/** A person does not notice less. */
const P95_MAX_MS = 200
/** Right after everything was found; where each thing reads all others it is many times as much. */
const FIRST_MAX_MS = 2000

/** What people type: a key, the beginning of a name, some words, a person, a column, a folder, half of one and half of the other, and what is nowhere. */
const TYPED = [
  ...[
    'warehouse/g3-f7.table_4',
    'tab',
    'Service group 7',
    'team-12',
    'term_code',
    'finance',
    'net revenue table',
    'feed 31 group 9',
    'nothing is like this',
    '',
  ],
]

/** Five columns for every asset, and owners and labels, as discovery keeps them. */
const FOUND = `
  insert into found_asset (connection_key, path, kind, name, description, columns, owner, labels, found_at, changed_at)
  select a.connection_key, a.path, a.asset_kind, s.name, 'One row a person and term, loaded every night from the system it comes from.',
    (select jsonb_agg(jsonb_build_object('name', (array['term_code', 'person_id', 'updated_at', 'amount', 'status', 'campus', 'net_revenue'])[1 + (s.id + n * 3) % 7] || '_' || n,
      'type', 'character varying', 'description', 'What it says, in a few words')) from generate_series(1, 5) n),
    'Owner ' || s.id % 40, jsonb_build_object('folder', case s.id % 3 when 0 then 'Finance' else 'Students' end, 'schema', 'public'), now(), now()
  from asset a join subject s on s.id = a.subject_id`

/** Ten typical searches over 10,000 assets with 50,000 columns, by somebody who sees everything and by a reader of ten groups. */
export async function measureCatalogue(): Promise<Figure[]> {
  const { database, ctx } = await createDatabaseAt(NOW)
  await syncCatalogue(ctx, { catalogue: bigCatalogue('http://localhost:3000'), document: {}, hash: 'bench', schema: {} })
  await ctx.whole.query(FOUND)
  await ctx.whole.query(`insert into audience_group select 'some', id from subject where kind = 'group' order by id limit ${GROUPS * 0.4}`)
  const first = await timed(() => searchCatalogue(ctx, { ...UNFILTERED, search: readSearchWords('term') }, null, PAGE))
  await ctx.whole.query('vacuum analyze')
  const whole = await searches(ctx)
  const some = await searches(asActor(ctx, visitor('some')))
  const nearest = await timed(() => getNearestNames(ctx, readSearchWords('net reveneu tabel')))
  await database.drop()
  return [
    against('ten searches, who sees everything: p95', percentile(whole, 0.95), ' ms', { atMost: P95_MAX_MS }),
    { name: 'the same: p50', value: `${percentile(whole, 0.5).toFixed(0)} ms` },
    against('ten searches, a reader of ten groups: p95', percentile(some, 0.95), ' ms', { atMost: P95_MAX_MS }),
    against('one before the server has counted its rows', first.ms, ' ms', { atMost: FIRST_MAX_MS }),
    { name: 'names that are nearly so', value: `${nearest.ms.toFixed(0)} ms` },
  ]
}

/** How long each took, hits, counts and all, after one round that nobody counts. */
async function searches(ctx: Context): Promise<number[]> {
  const samples: number[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const text of TYPED) {
      const { ms } = await timed(() => searchCatalogue(ctx, { ...UNFILTERED, search: readSearchWords(text) }, null, PAGE))
      if (round > 0) samples.push(ms)
    }
  }
  return samples
}
