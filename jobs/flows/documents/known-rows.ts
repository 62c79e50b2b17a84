import type { FlowContext } from '#lib/engine/flow.ts'
import { CANONICAL_VERSION } from '#lib/records/canonical-form.ts'
import type { Among } from './delete-unseen.ts'
import { type DocumentTables, type KeyFields, keyAsFields } from './tables.ts'

/** A document in the lake before a load: a hint only, the comparison that counts is made under a lock. */
export interface KnownRow {
  hash: string
  source: string
  deleted: boolean
  groups: string[]
}

/** Current rows, deleted ones too. A hash of another version of the canonical form equals none. */
export function readKnown<Key extends KeyFields<Key>>(
  lake: Pick<FlowContext<unknown>['lake'], 'query'>,
  tables: DocumentTables<Key>,
  { where, values }: Among,
): Promise<(Key & KnownRow)[]> {
  const hex = (column: string) =>
    `case c.hash_version when $${values.length + 1} then encode(c.${column}, 'hex') else 'another version' end`
  return lake.query(
    `select ${keyAsFields(tables)}, c.deleted_at is not null as deleted, ${hex('content_hash')} as hash, ${hex('source_hash')} as source,
       ${tables.groups === null ? "'{}'::text[]" : `c.${tables.groups}`} as groups
     from ${tables.current} c where ${where}`,
    [...values, CANONICAL_VERSION],
  )
}
