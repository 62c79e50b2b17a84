import type { Context } from '#lib/db/context.ts'
import { jobNameSql } from '#lib/db/runs/job-names.ts'
import { entityFields } from '#lib/domain/contracts/entity-fields.ts'
import { jobInWords } from '#lib/domain/runs/job-name.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { FLOW_TOUCHES } from './entries-sql.ts'
import { type HitFacts, joined, NOTHING, type Read } from './hit-facts.ts'
import { labelled, placed } from './hit-places.ts'
import type { Named } from './neighbour-names.ts'
import { assets, subjects } from './subject-hits.ts'

interface FoundRow extends Pick<HitFacts, 'name' | 'description' | 'owner' | 'url' | 'labels' | 'columns' | 'foundAt' | 'goneAt'> {
  key: string
  kind: string
  connection: string
  job: string | null
  jobName: string | null
}

const FOUND = `
  select f.connection_key || '/' || f.path as key, f.connection_key as connection, c.kind, f.name, f.description, f.owner, f.url, f.labels, f.columns, f.job, ${jobNameSql('f.connection_key', 'f.job')} as "jobName",
    ${instant('f.found_at')} as "foundAt", ${instant('f.gone_at')} as "goneAt"
  from found_asset f join connection_state c on c.key = f.connection_key
  join unnest($1::text[], $2::text[]) w(connection, path) on w.connection = f.connection_key and w.path = f.path`

const onlyFound: Read = (ctx, found) => {
  const own = found.filter(({ id, path }) => id === null && path !== null)
  const read = async () =>
    (await ctx.pool.query<FoundRow>(FOUND, [own.map(({ connection }) => connection), own.map(({ path }) => path)])).rows
  return joined(
    ctx,
    own,
    ({ key }) => key,
    read,
    ({ key }) => key,
    ({ job, jobName, kind, connection, key: _key, ...row }) => ({
      facts: { ...NOTHING, ...row, fields: entityFields(row.columns, []) },
      places: [
        ...placed('owner', row.owner),
        ...labelled(row.labels),
        ...placed('connection', connection, kind),
        ...placed('job', job === null ? null : jobInWords(job, jobName)),
      ],
    }),
  )
}

const FLOWS = `
  select x.name, x.settings ->> 'why' as why, ${FLOW_TOUCHES} as touches, (
    select json_build_object('key', fs.key, 'name', fs.name) from asset a join subject s on s.id = a.subject_id and s.removed_at is null
    join subject fs on fs.id = a.feed_id where a.flow = x.name order by fs.name limit 1) as feed
  from flow x where x.name = any($1::text[])`

const flows: Read = (ctx, found) => {
  type FlowRow = { name: string; why: string | null; touches: string; feed: Named | null }
  const read = async (_: Context, names: string[]) => (await ctx.pool.query<FlowRow>(FLOWS, [names])).rows
  return joined(
    ctx,
    found.filter(({ kind }) => kind === 'flow'),
    ({ key }) => key,
    read,
    ({ name }) => name,
    ({ touches, ...row }) => ({
      facts: { ...NOTHING, ...row },
      places: placed('touches', ...touches.split('\n')),
    }),
  )
}

const connections: Read = (ctx, found) => {
  const read = async (_: Context, keys: string[]) =>
    (
      await ctx.pool.query<{ key: string; name: string; why: string | null; kind: string }>(
        `select key, coalesce(name, key) as name, kind, settings ->> 'why' as why from connection_state where key = any($1::text[])`,
        [keys],
      )
    ).rows
  return joined(
    ctx,
    found.filter(({ kind }) => kind === 'connection'),
    ({ key }) => key,
    read,
    ({ key }) => key,
    ({ key: _, kind, ...row }) => ({
      facts: { ...NOTHING, ...row },
      places: placed('connection', kind),
    }),
  )
}

/** All that read what hits are, each those of its kind. */
export const READS: readonly Read[] = [assets, subjects, onlyFound, flows, connections]
