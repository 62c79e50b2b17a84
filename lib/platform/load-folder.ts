import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/**
 * Loads every extension of a folder: each `<name>.ts` directly in it that is not a test, except the
 * files named in `contract`. The default export is the extension, its file name is its name.
 */
export async function loadFolder<T>(
  folder: string,
  contract: readonly string[],
  isExtension: (value: unknown) => value is T,
): Promise<Map<string, T>> {
  const found = new Map<string, T>()
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries
    .filter((e) => e.isFile() && e.name.endsWith('.ts') && !e.name.endsWith('.test.ts') && !contract.includes(e.name))
    .map((e) => e.name)
    .sort()
  for (const name of names) {
    const module: { default?: unknown } = await import(pathToFileURL(join(folder, name)).href)
    if (!isExtension(module.default)) {
      throw new TidemarkError('internal', { publicMessage: `${name} has no default export of the shape its folder asks for.` })
    }
    found.set(name.slice(0, -'.ts'.length), module.default)
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
