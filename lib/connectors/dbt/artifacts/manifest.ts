import { z } from 'zod'
import { type ArtifactHead, type ArtifactSource, inShape, piecesOf, readHead, refusedArtifact } from '#lib/records/read/dbt-artifact.ts'
import type { JsonPath } from '#lib/records/read/json-stream.ts'
import { type DbtNode, freshnessSchema, nodeInput, nodeKindOf, ownerOf, toNode } from './node.ts'

/** A test of the project, and what it is about. */
export interface DbtTest {
  name: string
  of: readonly string[]
}

export interface Manifest extends ArtifactHead {
  project: string | null
  adapter: string | null
  /** What is an asset, by its id. */
  nodes: ReadonlyMap<string, DbtNode>
  /** What each of them is made from, each once: the manifest's own word, among what is an asset. */
  parents: ReadonlyMap<string, readonly string[]>
  tests: ReadonlyMap<string, DbtTest>
}

const OF_NODES = ['nodes', 'sources', 'exposures', 'metrics', 'semantic_models', 'saved_queries', 'functions'] as const
const IN_PARTS: readonly unknown[] = [...OF_NODES, 'groups', 'parent_map', 'unit_tests', 'macros', 'child_map', 'docs', 'disabled']
const WANTED: readonly unknown[] = [...OF_NODES, 'groups', 'parent_map', 'unit_tests']

const about = z.object({ project_name: z.string().nullish(), adapter_type: z.string().nullish() })
const groupInput = z.object({ name: z.string(), owner: z.unknown().optional() })
const parentsInput = z.array(z.string())
const testInput = z.object({ name: z.string() })

/** Everything a manifest tells, gathered piece by piece: its macros, most of its bytes, are never kept. */
class Gathered {
  head: (ArtifactHead & z.output<typeof about>) | null = null
  readonly nodes = new Map<string, DbtNode>()
  readonly testNames = new Map<string, string>()
  readonly parentMap = new Map<string, string[]>()
  readonly groupOwners = new Map<string, string>()
  readonly #what: string

  constructor(what: string) {
    this.#what = what
  }

  take([part, key]: JsonPath, value: unknown): void {
    if (part === 'metadata') this.head = { ...readHead(this.#what, 'manifest', value), ...inShape(this.#what, 'metadata', about, value) }
    if (key === undefined) return
    const id = String(key)
    const place = `${part} ${id}`
    if (part === 'parent_map') this.parentMap.set(id, inShape(this.#what, place, parentsInput, value))
    else if (part === 'groups') this.#takeGroup(place, value)
    else if (part === 'unit_tests') this.testNames.set(id, inShape(this.#what, place, testInput, value).name)
    else this.#takeNode(id, place, value)
  }

  #takeGroup(place: string, value: unknown): void {
    const { name, owner } = inShape(this.#what, place, groupInput, value)
    const words = ownerOf(owner)
    if (words !== null) this.groupOwners.set(name, words)
  }

  #takeNode(id: string, place: string, value: unknown): void {
    const type = z.object({ resource_type: z.string() }).safeParse(value).data?.resource_type ?? id.split('.')[0] ?? ''
    const kind = nodeKindOf(type)
    if (type === 'test') this.testNames.set(id, inShape(this.#what, place, testInput, value).name)
    if (kind === null) return
    const told = inShape(this.#what, place, nodeInput, typeof value === 'object' ? { resource_type: type, ...value } : value)
    // Of a model it says other things, too, such as when it is to be built again.
    const freshness =
      kind === 'source'
        ? inShape(this.#what, `${place}.freshness`, freshnessSchema, told.freshness)
        : (freshnessSchema.safeParse(told.config?.freshness).data ?? null)
    this.nodes.set(id, toNode(id, kind, told, freshness))
  }
}

/** Reads a manifest, v9 to v12; refuses any other, and one that is not whole, in words. */
export async function readManifest(source: ArtifactSource): Promise<Manifest> {
  const gathered = new Gathered(source.what)
  const isEntered = (path: JsonPath) => path.length === 0 || (path.length === 1 && IN_PARTS.includes(path[0]))
  const isWanted = ([part, key]: JsonPath) => part === 'metadata' || (key !== undefined && WANTED.includes(part))
  for await (const { path, value } of piecesOf(source, isEntered, isWanted)) gathered.take(path, value)
  const { head, nodes, parentMap, groupOwners, testNames } = gathered
  if (head === null) throw refusedArtifact(source.what, 'it has no metadata, as every manifest of dbt has')
  if (parentMap.size === 0 && nodes.size > 0)
    throw refusedArtifact(source.what, 'it has no parent_map, so nothing tells what is made from what')
  const { project_name, adapter_type, ...own } = head
  const known = new Map([...nodes].filter(([id]) => parentMap.has(id)))
  const amongNodes = (ids: readonly string[] = []) => [...new Set(ids)].filter((id) => known.has(id))
  return {
    ...own,
    project: project_name ?? null,
    adapter: adapter_type ?? null,
    nodes: new Map([...known].map(([id, node]) => [id, { ...node, owner: node.owner ?? groupOwners.get(node.group ?? '') ?? null }])),
    parents: new Map([...known.keys()].map((id) => [id, amongNodes(parentMap.get(id))])),
    tests: new Map([...testNames].map(([id, name]) => [id, { name, of: amongNodes(parentMap.get(id)) }])),
  }
}
