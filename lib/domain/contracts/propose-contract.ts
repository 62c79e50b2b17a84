import type { Field } from './field.ts'
import { ITEM } from './nested-fields.ts'
import type { OdcsDocument, OdcsProperty } from './odcs-schema.ts'

/** What is known of something that a contract is to be written for. */
export interface ProposedFor {
  id: string
  name: string
  description: string | null
  owner: string | null
  /** Where it lies, as its system calls it. */
  physicalName: string
  fields: readonly Field[]
}

/** A contract of the Open Data Contract Standard 3.1 for what is seen, as a first version to be looked over. */
export function proposeContract({ id, name, description, owner, physicalName, fields }: ProposedFor): OdcsDocument {
  const entity = physicalName.split(/[./]/).at(-1) ?? physicalName
  return {
    apiVersion: 'v3.1.0',
    kind: 'DataContract',
    id,
    name,
    version: '1.0.0',
    status: 'active',
    ...(owner !== null && { team: { name: owner } }),
    schema: [
      {
        name: entity,
        physicalName,
        logicalType: 'object',
        ...(description !== null && { description }),
        properties: fields.map(toProperty),
      },
    ],
  }
}

function toProperty(field: Field): OdcsProperty {
  return { name: field.name, ...toItem(field) }
}

function toItem({ type, typeText, description, isRequired, isUnique, isKey, fields }: Field): OdcsProperty {
  return {
    ...(type !== null && { logicalType: type.family }),
    ...(typeText !== null && { physicalType: typeText }),
    ...(description !== null && { description }),
    ...(isRequired === true && { required: true }),
    ...(isUnique === true && { unique: true }),
    ...(isKey === true && { primaryKey: true }),
    ...(fields !== undefined && within(fields)),
  }
}

function within(fields: readonly Field[]): Pick<OdcsProperty, 'properties' | 'items'> {
  const item = fields.find(({ name }) => name === ITEM)
  return item === undefined ? { properties: fields.map(toProperty) } : { items: toItem(item) }
}
