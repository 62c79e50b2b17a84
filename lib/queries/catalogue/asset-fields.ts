import { type EntityField, entityFields, isSameField } from '#lib/domain/contracts/entity-fields.ts'
import { flatFields } from '#lib/domain/contracts/nested-fields.ts'
import type { KnownColumn, KnownColumns } from '#lib/domain/search/known-columns.ts'
import type { ContractView } from './asset-contracts.ts'

/** The fields of an asset with what is promised of each: its columns; of a table in which files land under a contract those of their records, not of the table that keeps them. */
export function fieldsOfAsset(
  known: Pick<KnownColumns, 'columns' | 'areInPart'> | undefined,
  contract: ContractView | null,
): EntityField[] {
  const promised = contract?.held?.promised ?? []
  if (contract?.isOfFiles === true) return entityFields(ofRecords(contract.records ?? [], promised), promised)
  return entityFields(known?.columns ?? [], promised, known?.areInPart)
}

/** In a file a date is a text: that it is one says the contract. */
function ofRecords(records: readonly KnownColumn[], promised: Parameters<typeof flatFields>[0]): KnownColumn[] {
  const fields = flatFields(promised)
  return records.map((column) => {
    const field = fields.find(({ name }) => isSameField(name, column.name))
    return { ...column, type: field?.typeText ?? column.type }
  })
}
