import type { ClientBase } from 'pg'
import { isJsonObject, parseJson } from '#lib/domain/values/json.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { RESERVED_SERVICE } from '#lib/records/allow-list.ts'
import type { Curation } from './curation.ts'
import { type Published, publishViews, type Viewed } from './publish-views.ts'
import { sentRows } from './sent-rows.ts'
import { type DocumentTables, GO_BY_KEY, type KeyFields, keyAsFields, keyOf } from './tables.ts'

const TASK = 'curate anew'
const BATCH = 250

type Work = Pick<FlowContext<unknown>, 'lake' | 'now' | 'log'>

/** After a change of an allow-list: makes all curated rows again that another one made, and removes those of services that no longer exist.
 * Writes only what differs; answers what all attempts of the run did. */
export async function curateAnew<Key extends KeyFields<Key>>(
  ctx: Work,
  tables: DocumentTables<Key>,
  curation: Curation,
): Promise<Published> {
  const withdrawn = await ctx.lake.once(TASK, `${curation.fingerprint}/services`, (sql) => withdrawServices(sql, tables, curation))
  const total: Published = { written: 0, removed: withdrawn }
  // A batch of an earlier attempt answers from the ledger without telling where it ended; its rows are no longer stale.
  let last: Key | null = null
  for (let batch = 0, isLast = false; !isLast; batch += 1) {
    const step = await ctx.lake.once(TASK, `${curation.fingerprint}/${batch}`, async (sql) => {
      const { keys, published } = await curateNext(ctx, sql, tables, curation, last)
      last = keys.at(-1) ?? last
      return { ...published, isLast: keys.length < BATCH }
    })
    total.written += step.written
    total.removed += step.removed
    isLast = step.isLast
  }
  const { written, removed } = total
  if (written + removed > 0) ctx.log.info(`By the allow-lists as they are now, ${written} curated rows differ and ${removed} have to go.`)
  return total
}

async function withdrawServices<Key extends KeyFields<Key>>(
  sql: ClientBase,
  tables: DocumentTables<Key>,
  curation: Curation,
): Promise<number> {
  const { rowCount } = await sql.query(`delete from ${tables.curated} where service <> all ($1)`, [
    [...curation.services, RESERVED_SERVICE],
  ])
  return rowCount ?? 0
}

type StaleRow<Key> = Key & { json: string; groups: string[] }

async function curateNext<Key extends KeyFields<Key>>(
  ctx: Work,
  sql: ClientBase,
  tables: DocumentTables<Key>,
  curation: Curation,
  after: Key | null,
): Promise<{ keys: Key[]; published: Published }> {
  await sql.query(`select ${GO_BY_KEY}`)
  const from = after === null ? [] : tables.keys.map(({ field }) => after[field])
  const beyond = tables.keys.map(({ type }, index) => `$${index + 2}::${type}`).join(', ')
  const { rows } = await sql.query<StaleRow<Key>>(
    `select ${keyAsFields(tables)}, c.${tables.document}::text as json, ${tables.groups ?? "'{}'::text[]"} as groups
     from ${tables.current} c
     where c.curated_with <> $1 and c.deleted_at is null${after === null ? '' : ` and (${keyOf(tables, 'c')}) > (${beyond})`}
     order by ${keyOf(tables, 'c')} limit ${BATCH} for update`,
    [curation.fingerprint, ...from],
  )
  const keys: Key[] = rows
  const viewed: Viewed<Key>[] = rows.map((row) => {
    const document = parseJson(row.json)
    return { key: row, views: curation.views(isJsonObject(document) ? document : {}, row.groups) }
  })
  const published = await publishViews(ctx, sql, tables, viewed, curation, new Date(ctx.now()))
  const sent = sentRows(tables, viewed)
  await sql.query(
    `update ${tables.current} c set curated_with = ${sent.bind(curation.fingerprint)}
     from ${sent.from} where (${keyOf(tables, 'c')}) = (${keyOf(tables, 'b')})`,
    sent.values,
  )
  return { keys, published }
}
