import { z } from 'zod'
import type { Instant } from '#lib/domain/time/instant.ts'
import { isValidDay, startOfDay } from '#lib/domain/time/local-day.ts'
import type { Field } from './field.ts'
import { readFieldType } from './field-type.ts'
import { ITEM } from './nested-fields.ts'
import { type OdcsDocument, type OdcsProperty, odcsSchema } from './odcs-schema.ts'
import { type ServiceLevel, serviceLevels } from './service-levels.ts'

/** What a producer promises of the shape of its entities, in one version. */
export interface Contract {
  id: string
  name: string
  version: string
  status: string
  /** From when on it holds, as written; null: since ever. */
  fromText: string | null
  /** Until when it is supported, and until when it holds, as written; null: nobody says. */
  supportedText: string | null
  untilText: string | null
  /** When it took the place of another version at its address: before that it does not hold. */
  firstSeenAt: Instant | null
  owner: string | null
  consumers: readonly string[]
  entities: readonly Entity[]
}

export interface Entity {
  name: string
  physicalName: string | null
  description: string | null
  fields: readonly Field[]
  levels: readonly ServiceLevel[]
}

/** One thing wrong in a contract, by its path in the document. */
export interface ContractProblem {
  path: readonly (string | number)[]
  problem: string
}

export type ReadContract = { ok: true; contract: Contract; document: OdcsDocument } | { ok: false; problems: ContractProblem[] }

/** Reads a document of the Open Data Contract Standard 3: all of it, or all that is wrong with it. The document it answers is the one it was given, whole. */
export function readContract(given: unknown): ReadContract {
  const read = odcsSchema.safeParse(given)
  if (!read.success) {
    return { ok: false, problems: read.error.issues.map(toProblem) }
  }
  const document = read.data
  const problems = [...twice(document), ...wrongDates(document)]
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, document, contract: toContract(document) }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  number: 'a number',
}

function toProblem({ path, message, ...issue }: z.core.$ZodIssue): ContractProblem {
  const at = path.map((key) => (typeof key === 'number' ? key : String(key)))
  if (issue.code !== 'invalid_type') return { path: at, problem: message }
  const isMissing = message.endsWith('received undefined')
  return { path: at, problem: isMissing ? 'is missing' : `must be ${KINDS[issue.expected] ?? issue.expected}` }
}

function toContract(document: OdcsDocument): Contract {
  const { id, name, version, status, schema } = document
  return {
    id,
    name: name ?? id,
    version,
    status,
    fromText: dateIn(document, 'generalAvailability')?.value ?? null,
    supportedText: dateIn(document, 'endOfSupport')?.value ?? null,
    untilText: dateIn(document, 'endOfLife')?.value ?? null,
    firstSeenAt: document.firstSeenAt === undefined ? null : Date.parse(document.firstSeenAt),
    owner: ownerOf(document),
    consumers: consumersOf(document),
    entities: schema.map((entity) => ({
      name: entity.name,
      physicalName: entity.physicalName ?? null,
      description: entity.description ?? null,
      fields: entity.properties.map(toField),
      levels: serviceLevels(document, schema.length === 1 ? 'the only one' : [entity.name, entity.physicalName ?? null]),
    })),
  }
}

function toField(property: OdcsProperty): Field {
  const { name = '', physicalName, physicalType, logicalType, logicalTypeOptions: options, description, classification, tags } = property
  const physical = readFieldType(physicalType)
  const logical = logicalType === undefined ? null : { family: logicalType, bits: null, lengthMax: null, isZoned: null }
  const type = physical !== null && (logical === null || logical.family === physical.family) ? physical : logical
  const isKey = property.primaryKey === true
  return {
    name: physicalName ?? name,
    typeText: physicalType ?? logicalType ?? null,
    type: type && { ...type, lengthMax: type.lengthMax ?? options?.maxLength ?? null, isZoned: options?.timezone ?? type.isZoned },
    description: description ?? null,
    isRequired: isKey || property.required === true,
    isUnique: property.unique === true,
    isKey,
    values: validValues(property.quality),
    ...(options?.format !== undefined && { format: options.format }),
    ...(classification !== undefined && { classification }),
    ...(tags !== undefined && tags.length > 0 && { tags }),
    ...fieldsWithin(property),
  }
}

/** What an object holds, or an element of a list. */
function fieldsWithin({ properties, items }: OdcsProperty): Pick<Field, 'fields'> {
  if (properties !== undefined) return { fields: properties.map(toField) }
  return items === undefined ? {} : { fields: [{ ...toField(items), name: ITEM }] }
}

/** The list of a rule `invalidValues`, which allows nothing else. */
function validValues(quality: unknown): string[] | null {
  if (!Array.isArray(quality)) return null
  for (const rule of quality as { metric?: unknown; arguments?: { validValues?: unknown } }[]) {
    const values = rule?.metric === 'invalidValues' ? rule.arguments?.validValues : undefined
    if (Array.isArray(values)) return values.map(String)
  }
  return null
}

function ownerOf({ team }: OdcsDocument): string | null {
  if (team === undefined) return null
  const members = Array.isArray(team) ? team : (team.members ?? [])
  const owner = members.find(({ role }) => role !== undefined && /owner/i.test(role)) ?? members[0]
  const name = Array.isArray(team) ? undefined : team.name
  return name ?? owner?.name ?? owner?.username ?? null
}

function consumersOf({ customProperties = [] }: OdcsDocument): string[] {
  const value = customProperties.find(({ property }) => property === 'consumers')?.value
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

const instantSchema = z.iso.datetime({ offset: true })

/** What says from when, or until when, a version holds. */
const DATES = ['generalAvailability', 'endOfSupport', 'endOfLife'] as const

function dateIn(document: OdcsDocument, property: (typeof DATES)[number]): ServiceLevel | undefined {
  return serviceLevels({ slaProperties: document.slaProperties }, 'the only one').find((level) => level.property === property)
}

function wrongDates(document: OdcsDocument): ContractProblem[] {
  return DATES.flatMap((property) => {
    const date = dateIn(document, property)
    if (date === undefined || isValidDay(date.value) || instantSchema.safeParse(date.value).success) return []
    return [{ path: ['slaProperties', date.at, 'value'], problem: 'is no date; write one such as 2026-12-24, or an instant with its zone' }]
  })
}

/** Names that stand twice where each must tell something apart. */
function twice({ schema }: OdcsDocument): ContractProblem[] {
  const entities = schema.flatMap(({ name }, at) =>
    schema.findIndex((other) => other.name === name) < at
      ? [{ path: ['schema', at, 'name'], problem: `names "${name}" a second time` }]
      : [],
  )
  const fields = schema.flatMap(({ properties }, at) =>
    properties.flatMap(({ name, physicalName }, n) => {
      const before = properties.slice(0, n)
      const called = physicalName ?? name
      if (before.some((other) => other.name === name)) return [secondField(at, n, 'name', name)]
      if (!before.some((other) => (other.physicalName ?? other.name) === called)) return []
      return [secondField(at, n, physicalName === undefined ? 'name' : 'physicalName', called)]
    }),
  )
  return [...entities, ...fields]
}

function secondField(entity: number, at: number, key: string, name: string | undefined): ContractProblem {
  return { path: ['schema', entity, 'properties', at, key], problem: `names "${name}" a second time` }
}

/** From when on a version holds; null: since ever. A day begins in this zone. */
export function heldFrom({ fromText, firstSeenAt }: Pick<Contract, 'fromText' | 'firstSeenAt'>, zone: string): Instant | null {
  const from = dateAt(fromText, zone)
  return from === null ? firstSeenAt : Math.max(from, firstSeenAt ?? from)
}

/** When a date of a contract begins in a zone; null: none is written. */
export function dateAt(text: string | null, zone: string): Instant | null {
  if (text === null) return null
  return isValidDay(text) ? startOfDay(text, zone) : Date.parse(text)
}

/** The entity of a contract that an asset is: the one that is named, else the one called like the end of its path, else the only one. */
export function entityFor({ entities }: Pick<Contract, 'entities'>, path: string, named: string | null): Entity | null {
  if (named !== null) return entities.find(({ name }) => name === named) ?? null
  const called = entities.filter(({ name, physicalName }) => endsWith(path, physicalName) || endsWith(path, name))
  if (called.length === 1) return called[0] ?? null
  return entities.length === 1 ? (entities[0] ?? null) : null
}

function endsWith(path: string, name: string | null): boolean {
  if (name === null) return false
  const [whole, end] = [path.toLowerCase(), name.toLowerCase()]
  return whole === end || whole.endsWith(`.${end}`) || whole.endsWith(`/${end}`)
}
