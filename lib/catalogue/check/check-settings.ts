import type { z } from 'zod'
import { childOf, type DocumentPath, entriesOf, type LocatedNode, nodeAt, textAt, toPlain } from '#lib/catalogue/parse/node.ts'
import type { Outline, OutlineAsset } from '#lib/catalogue/parse/outline.ts'
import type { CatalogueContracts, ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { ASSET_KEYS, CONNECTION_KEYS, isReference } from '#lib/catalogue/schema/document.ts'
import { isClosed, type JsonSchema, knownKeysAt, toWrittenSchema } from '#lib/catalogue/schema/schema-keys.ts'
import { pathOf } from '#lib/domain/lineage/asset-key.ts'
import { type Finding, unknownKey, wrongKey } from './finding.ts'
import { type IssueSource, translateIssues } from './issues.ts'

const written = new WeakMap<z.ZodType, JsonSchema>()

/** The JSON Schema of what people write for a schema; made once. */
export function writtenSchemaOf(schema: z.ZodType): JsonSchema {
  const known = written.get(schema) ?? toWrittenSchema(schema)
  written.set(schema, known)
  return known
}

function settingsOf(node: LocatedNode | undefined, ours: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(entriesOf(node).flatMap(([key, child]) => (ours.has(key) ? [] : [[key, toPlain(child)]])))
}

interface Part {
  root: LocatedNode
  path: DocumentPath
  schema: z.ZodType
  /** Keys that are not the schema's. */
  ours: ReadonlySet<string>
  /** What the schema is given although it does not stand there. */
  implied?: Record<string, unknown>
}

/** What a schema has to say about the keys at a path that are its own, unknown ones included. */
export function checkPart({ root, path, schema, ours, implied = {} }: Part): Finding[] {
  const json = writtenSchemaOf(schema)
  const source: IssueSource = { root, base: path, schema: json, schemaBase: path, showValues: true }
  const settings = { ...implied, ...settingsOf(nodeAt(root, path), ours) }
  const parsed = schema.safeParse(settings)
  const issues = parsed.success ? [] : parsed.error.issues
  const fitting = knownKeysAt(json, [], settings)
  const known = [...(fitting.length > 0 ? fitting : knownKeysAt(json, [], {})), ...ours]
  const strange = isClosed(json) ? Object.keys(settings).filter((key) => !known.includes(key)) : []
  const judged = issues.filter((issue) => issue.code !== 'unrecognized_keys' || issue.path.length > 0)
  const findings = translateIssues(source, judged).filter((finding) => !isReference(textAt(root, ...finding.path) ?? ''))
  const refused = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : []))
  return [...findings, ...[...new Set([...strange, ...refused])].map((key) => unknownKey(path, key, known))]
}

function checkLimits(root: LocatedNode, path: DocumentPath, { limits }: ConnectorContract): Finding[] {
  if (limits !== undefined || nodeAt(root, [...path, 'limits']) === undefined) return []
  const kind = textAt(root, ...path, 'kind') ?? ''
  return [wrongKey([...path, 'limits'], `What is asked of a connection of kind "${kind}" is not counted.`, 'Take "limits" out.')]
}

function checkAsset(root: LocatedNode, { key, path, node }: OutlineAsset, contract: ConnectorContract): Finding[] {
  const findings = checkPart({ root, path, schema: contract.assetSettings, ours: ASSET_KEYS })
  if (findings.length > 0) return findings
  const refusal = contract.refuseAsset?.({ path: pathOf(key), settings: settingsOf(node, ASSET_KEYS) }) ?? null
  return refusal === null ? [] : [wrongKey([...path, ...refusal.at], refusal.problem, refusal.remedy)]
}

/** Settings of connections and assets against their connector, parameters against their flow; a reference fits everywhere. */
export function checkSettings({ root, connections, assets, flows }: Outline, contracts: CatalogueContracts): Finding[] {
  const contractOf = new Map(connections.map(({ key, node }) => [key, contracts.connectors.get(textAt(node, 'kind') ?? '')]))
  return [
    ...connections.flatMap(({ key, path }) => {
      const contract = contractOf.get(key)
      if (contract === undefined) return []
      return [...checkPart({ root, path, schema: contract.settings, ours: CONNECTION_KEYS }), ...checkLimits(root, path, contract)]
    }),
    ...assets.flatMap((asset) => {
      const contract = contractOf.get(asset.connection ?? '')
      return contract === undefined ? [] : checkAsset(root, asset, contract)
    }),
    ...flows.flatMap(({ key, node }) => {
      const schema = contracts.flows.get(key)?.parameters
      const parameters = childOf(node, 'parameters')
      if (schema === undefined || parameters === undefined) return []
      return checkPart({ root, path: parameters.path, schema, ours: new Set<string>() })
    }),
  ]
}
