import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import type { Sql } from '#lib/db/context.ts'
import { requireRow, toText } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { ADVISORY_LOCKS } from '#lib/platform/postgres/advisory-locks.ts'

/** The catalogue in force, as a table of one row, or none before the first was accepted. */
export const IN_FORCE = '(select id, hash, document, schema, accepted_at from catalogue_version order by id desc limit 1)'

/** Waits until nobody else syncs a catalogue, and keeps others waiting until the transaction ends. */
export async function lockCatalogue(sql: Sql): Promise<void> {
  await sql.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.catalogueSync])
}

/** Stores an accepted catalogue unless the last one is the same, and returns the id of the one in force. */
export async function storeCatalogue(
  sql: Sql,
  at: Instant,
  catalogue: { hash: string; document: unknown; schema: unknown },
  by: { actor: Actor; readFrom: string | null },
): Promise<{ id: number; isNew: boolean }> {
  const values = [catalogue.hash, JSON.stringify(catalogue.document ?? null), JSON.stringify(catalogue.schema ?? null)]
  const { rows: same } = await sql.query<{ id: number }>(
    `select id from ${IN_FORCE} v
     where hash = $1 and document::jsonb = $2::jsonb and schema = $3::jsonb`,
    values,
  )
  const found = same[0]
  if (found !== undefined) return { id: found.id, isNew: false }
  const { rows } = await sql.query<{ id: number }>(
    `insert into catalogue_version (hash, document, schema, accepted_at, actor_kind, actor, read_from)
     values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [...values, toText(at), by.actor.kind, by.actor.name, by.readFrom],
  )
  return { id: requireRow(rows, 'catalogue version').id, isNew: true }
}

/** Notes what the last look at the catalogue file found; no problems = it is the one in force. */
export async function storeCatalogueState(
  sql: Sql,
  at: Instant,
  hash: string | null,
  problems: readonly CatalogueProblem[],
): Promise<void> {
  await sql.query(
    `insert into catalogue_state (id, checked_at, hash, problems) values (1, $1, $2, $3)
     on conflict (id) do update set checked_at = excluded.checked_at, hash = excluded.hash, problems = excluded.problems`,
    [toText(at), hash, toStorableJson(problems)],
  )
}
