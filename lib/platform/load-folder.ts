import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/** Loads the default export of each `<name>.ts` of a folder that is no test, and of each `<name>/<inFolder>`, by name; `except` is left
 * out. */
export async function loadFolder<T>(
  folder: string,
  { except = [], inFolder }: { except?: readonly string[]; inFolder?: string },
  isExtension: (value: unknown) => value is T,
): Promise<Map<string, T>> {
  const found = new Map<string, T>()
  const entries = await readdir(folder, { withFileTypes: true })
  const files = entries
    .filter((e) => e.isFile() && e.name.endsWith('.ts') && !e.name.endsWith('.test.ts') && !except.includes(e.name))
    .map((e) => ({ name: e.name.slice(0, -'.ts'.length), path: e.name }))
  const folders = entries
    .filter((e) => inFolder !== undefined && e.isDirectory() && !except.includes(e.name) && existsSync(join(folder, e.name, inFolder)))
    .map((e) => ({ name: e.name, path: join(e.name, inFolder ?? '') }))
  for (const { name, path } of [...files, ...folders].sort((one, other) => (one.path < other.path ? -1 : 1))) {
    if (found.has(name)) {
      throw new TidemarkError('internal', { publicMessage: `${name} stands there twice: as ${name}.ts and as ${name}/${inFolder}.` })
    }
    const module: { default?: unknown } = await import(pathToFileURL(join(folder, path)).href)
    if (!isExtension(module.default)) {
      throw new TidemarkError('internal', { publicMessage: `${path} has no default export of the shape its folder asks for.` })
    }
    found.set(name, module.default)
  }
  return found
}

/** The named extension, or an error that lists the names there are. */
export function requireExtension<T>(found: ReadonlyMap<string, T>, name: string, what: string): T {
  const extension = found.get(name)
  if (extension === undefined) {
    throw new TidemarkError('not-found', {
      publicMessage: `There is no ${what} "${name}". There is: ${[...found.keys()].join(', ') || 'none'}.`,
    })
  }
  return extension
}
