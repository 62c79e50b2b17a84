import type { Sql } from '#lib/db/context.ts'
import type { ContractTerms } from '#lib/domain/contracts/contract-terms.ts'

/** What contracts promise of an asset; null: nothing. */
export async function loadTerms(sql: Sql, key: string): Promise<ContractTerms | null> {
  const { rows } = await sql.query<{ terms: ContractTerms }>(
    `select c.terms from asset_contract c join subject s on s.id = c.asset_id where s.kind = 'asset' and s.key = $1 and s.removed_at is null`,
    [key],
  )
  return rows[0]?.terms ?? null
}
