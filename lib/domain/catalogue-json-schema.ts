import type { CatalogueContracts } from './catalogue-contracts.ts'
import { catalogueDocumentSchema } from './catalogue-document.ts'
import { isClosed, isRecord, type JsonSchema, toWrittenSchema } from './catalogue-schema-keys.ts'

function propertiesOf(schema: unknown): Record<string, unknown> {
  return isRecord(schema) && isRecord(schema['properties']) ? schema['properties'] : {}
}

/** The map schema inside `X`, `X | null` or a union: the branch that has properties or describes its entries. */
function mapBranch(schema: unknown): JsonSchema {
  if (!isRecord(schema)) return {}
  const alternatives = Array.isArray(schema['anyOf']) ? schema['anyOf'] : []
  return alternatives.map(mapBranch).find((branch) => branch['type'] === 'object') ?? schema
}

function entrySchema(document: JsonSchema, section: string): JsonSchema {
  return mapBranch(mapBranch(propertiesOf(document)[section])['additionalProperties'])
}

/** Each kind of connection takes its own settings. A reference may stand anywhere, so text is accepted beside every type. */
function connectionSchema(base: JsonSchema, contracts: CatalogueContracts): JsonSchema {
  const ours = propertiesOf(base)
  const kinds = [...contracts.connectors].map(([kind, { settings }]) => {
    const written = toWrittenSchema(settings)
    const required = Array.isArray(written['required']) ? written['required'] : []
    return {
      type: 'object',
      properties: {
        kind: { type: 'string', const: kind, description: 'The connector that speaks to it.' },
        probe: ours['probe'],
        ...withReferences(propertiesOf(written)),
      },
      required: ['kind', ...required],
      ...(isClosed(written) ? { additionalProperties: false } : {}),
    }
  })
  return kinds.length === 0 ? base : { oneOf: kinds }
}

function withReferences(properties: Record<string, unknown>): Record<string, unknown> {
  const reference = { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}|^file:' }
  return Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, { anyOf: [schema, reference] }]))
}

/** Which connection an asset belongs to stands in its key, so every connector's settings are offered. */
function assetSchema(base: JsonSchema, contracts: CatalogueContracts): JsonSchema {
  const ours = propertiesOf(base)
  const theirs: Record<string, unknown[]> = {}
  for (const { assetSettings } of contracts.connectors.values()) {
    for (const [key, schema] of Object.entries(propertiesOf(toWrittenSchema(assetSettings)))) {
      theirs[key] = [...(theirs[key] ?? []), schema]
    }
  }
  const offered = Object.entries(theirs).map(([key, schemas]) => [key, schemas.length === 1 ? schemas[0] : { anyOf: schemas }] as const)
  return { anyOf: [{ ...base, properties: { ...Object.fromEntries(offered), ...ours }, additionalProperties: false }, { type: 'null' }] }
}

function flowsSchema(flows: JsonSchema, contracts: CatalogueContracts): JsonSchema {
  const base = mapBranch(flows['additionalProperties'])
  const named = [...contracts.flows].map(([name, contract]) => {
    const parameters = toWrittenSchema(contract.parameters)
    return [name, { anyOf: [{ ...base, properties: { ...propertiesOf(base), parameters } }, { type: 'null' }] }] as const
  })
  return { ...flows, properties: Object.fromEntries(named), additionalProperties: false }
}

/** JSON Schema of tidemark.yaml for editors, with the settings of the connectors and flows that are installed. */
export function catalogueJsonSchema(contracts: CatalogueContracts): JsonSchema {
  const document = toWrittenSchema(catalogueDocumentSchema)
  const top = propertiesOf(document)
  const groups = mapBranch(top['groups'])
  const group = entrySchema(document, 'groups')
  const feeds = mapBranch(propertiesOf(group)['feeds'])
  const feed = mapBranch(feeds['additionalProperties'])
  const assets = mapBranch(propertiesOf(feed)['assets'])
  const fullAssets = { ...assets, additionalProperties: assetSchema(mapBranch(assets['additionalProperties']), contracts) }
  const fullFeed = { ...feed, properties: { ...propertiesOf(feed), assets: fullAssets } }
  const fullGroup = { ...group, properties: { ...propertiesOf(group), feeds: { ...feeds, additionalProperties: fullFeed } } }
  const connections = mapBranch(top['connections'])
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Tidemark catalogue',
    ...document,
    properties: {
      ...top,
      connections: { ...connections, additionalProperties: connectionSchema(entrySchema(document, 'connections'), contracts) },
      groups: { ...groups, additionalProperties: fullGroup },
      flows: flowsSchema(mapBranch(top['flows']), contracts),
    },
  }
}
