import { isJsonObject, type JsonObject, type JsonValue } from '#lib/domain/values/json.ts'

/** What may be seen: everything from here down, or only these members. */
export type AllowTree = 'everything' | ReadonlyMap<string, AllowTree>

/** The name under which the whole document is published; no allow-list may take it. */
export const RESERVED_SERVICE = 'full'

const SERVICE_NAME = /^[A-Za-z][A-Za-z0-9_]*$/

/** Compiles paths such as `/a/b` once. A broad grant beats a narrow one in any order; a repeat changes nothing. */
export function compileAllowList(paths: readonly string[]): AllowTree {
  const root = new Map<string, AllowTree>()
  for (const path of paths) {
    const steps = path.split('/').filter((step) => step !== '')
    if (steps.length > 0) grant(root, steps)
  }
  return root
}

function grant(root: Map<string, AllowTree>, steps: readonly string[]): void {
  let node = root
  for (const [index, step] of steps.entries()) {
    if (index === steps.length - 1) {
      node.set(step, 'everything')
      return
    }
    const below = node.get(step)
    if (below === 'everything') return
    const next = below === undefined ? new Map<string, AllowTree>() : new Map(below)
    node.set(step, next)
    node = next
  }
}

/**
 * The part of a document an allow-list lets through; undefined when nothing is. Arrays are transparent: a path
 * never mentions them, their elements are filtered one by one, those that match nothing stay as `{}`, scalars go.
 */
export function filterByAllowList(data: JsonValue | undefined, tree: AllowTree): JsonValue | undefined {
  if (tree === 'everything') return data === null ? undefined : data
  if (Array.isArray(data)) {
    const kept: JsonValue[] = []
    for (const element of data) {
      const part = filterByAllowList(element, tree)
      if (part !== undefined) kept.push(part)
    }
    return kept
  }
  if (!isJsonObject(data)) return undefined
  const kept: JsonObject = {}
  for (const [key, below] of tree) {
    if (!Object.hasOwn(data, key)) continue
    const part = filterByAllowList(data[key], below)
    if (part !== undefined) kept[key] = part
  }
  return kept
}

/** Whether there is anything to read: a scalar somewhere, be it `""`, 0 or false. */
export function hasContent(value: JsonValue | undefined): boolean {
  if (value === null || value === undefined) return false
  if (Array.isArray(value)) return value.some(hasContent)
  if (isJsonObject(value)) return Object.values(value).some(hasContent)
  return true
}

/** Everything wrong with a service's allow-list, in words; empty when it may be saved. */
export function allowListProblems(service: string, paths: readonly string[]): string[] {
  const problems: string[] = []
  if (!SERVICE_NAME.test(service)) problems.push(`the service name "${service}" must be a word of letters, digits and underscores`)
  if (service.toLowerCase() === RESERVED_SERVICE)
    problems.push(`"${RESERVED_SERVICE}" is the name of the whole document and cannot have an allow-list`)
  if (paths.length === 0) problems.push('an allow-list needs at least one path')
  for (const path of paths) {
    if (!/^(\/[^/]+)+$/.test(path)) problems.push(`"${path}" is not a path such as /sections/title`)
  }
  return problems
}
