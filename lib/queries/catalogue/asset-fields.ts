import { type EntityField, entityFields } from '#lib/domain/contracts/entity-fields.ts'
import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import type { ContractView } from './asset-contracts.ts'

/** The fields of an asset with what is promised of each: its columns; of a table in which files land under a contract those of their records, not of the table that keeps them. */
export function fieldsOfAsset(columns: readonly KnownColumn[], contract: ContractView | null): EntityField[] {
  const seen = contract?.isOfFiles === true ? (contract.records ?? []) : columns
  return entityFields(seen, contract?.held?.promised ?? [])
}
