import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { ContractTerms, LandedShape } from '#lib/domain/contracts/contract-terms.ts'
import { withValuesOf } from '#lib/domain/contracts/shape.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/**
 * Keeps what the records of a file look like that has landed by a flow, until the contract about that asset was judged by it. Values are kept of fields of
 * which the contract says which are allowed, and of no other.
 */
export async function noteLandedShape(sql: Sql, now: Instant, flow: string, { file, source, shape }: LandedShape): Promise<void> {
  const { rows } = await sql.query<{ id: number; terms: ContractTerms | null }>(
    `select a.subject_id as id, c.terms from asset a join subject s on s.id = a.subject_id and s.removed_at is null
     left join asset_contract c on c.asset_id = a.subject_id where a.flow = $1`,
    [flow],
  )
  for (const { id, terms } of rows) {
    if (terms?.ofFiles !== true) await sql.query('delete from landed_shape where asset_id = $1', [id])
    const promised = terms?.versions.flatMap(({ fields }) => fields) ?? []
    await sql.query('insert into landed_shape (asset_id, landed_at, file, source, shape) values ($1, $2, $3, $4, $5)', [
      id,
      toText(now),
      file,
      source,
      toStorableJson(withValuesOf(shape, promised)),
    ])
  }
}
