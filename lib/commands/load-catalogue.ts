import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Catalogue, CatalogueProblem } from '#lib/domain/catalogue.ts'
import type { CatalogueContracts } from '#lib/domain/catalogue-contracts.ts'
import type { CatalogueText } from '#lib/domain/catalogue-file.ts'
import { catalogueJsonSchema } from '#lib/domain/catalogue-json-schema.ts'
import { parseCatalogue } from '#lib/domain/catalogue-merge.ts'
import { checkCatalogue, remarksOn } from '#lib/domain/catalogue-problems.ts'
import { resolveCatalogue } from '#lib/domain/catalogue-resolve.ts'

/** A catalogue that may be synced, or everything that is wrong with it. */
export type LoadedCatalogue =
  | {
      ok: true
      catalogue: Catalogue
      /** As written, secrets still references. */
      document: Record<string, unknown>
      /** Changes when anything that counts does: the files, or what connectors and flows make of them. */
      hash: string
      /** JSON Schema with the settings of connectors and flows. */
      schema: Record<string, unknown>
      /** What somebody should look at although the catalogue is good. */
      remarks: CatalogueProblem[]
    }
  | { ok: false; problems: CatalogueProblem[]; hash: string }

/** What the files hold, or why they cannot be read. */
export type CatalogueTexts = { ok: true; texts: CatalogueText[] } | { ok: false; problem: CatalogueProblem }

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

function unreadable(file: string, problem: string, remedy: string): CatalogueTexts {
  return { ok: false, problem: { file, line: 1, column: 1, path: '', problem, remedy } }
}

async function listFiles(path: string): Promise<{ file: string; path: string }[]> {
  if ((await stat(path)).isFile()) return [{ file: basename(path), path }]
  const names = (await readdir(path, { withFileTypes: true })).filter(
    (entry) => !entry.isDirectory() && /^[^.].*\.ya?ml$/i.test(entry.name),
  )
  return names.map(({ name }) => ({ file: name, path: join(path, name) })).sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** Reads a catalogue file, or every `.yaml` and `.yml` directly in a folder, in the order of their names. Never throws for what is not there. */
export async function readCatalogueTexts(path: string): Promise<CatalogueTexts> {
  try {
    const files = await listFiles(path)
    if (files.length === 0) return unreadable(path, `There is no .yaml file in the folder ${path}.`, 'Put tidemark.yaml into it.')
    return { ok: true, texts: await Promise.all(files.map(async ({ file, path: from }) => ({ file, text: await readFile(from, 'utf8') }))) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT')
      return unreadable(path, `There is no catalogue at ${path}.`, 'Set TIDEMARK_CONFIG to a file or folder that exists.')
    return unreadable(path, `The catalogue at ${path} cannot be read.`, 'Let the user who runs Tidemark read it.')
  }
}

/** A map in, a map out: a checked document is one. */
function asDocument(written: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(written ?? {}))
}

/** Checks and resolves catalogue texts against the connectors and flows there are. */
export function loadCatalogueTexts(texts: readonly CatalogueText[], contracts: CatalogueContracts): LoadedCatalogue {
  const parsed = parseCatalogue(texts)
  const checked = checkCatalogue(parsed, contracts)
  const { document, written, problems } = checked
  if (document === null || parsed.root === null) return { ok: false, problems, hash: hashOf(texts) }
  const catalogue = resolveCatalogue(document, parsed.root, contracts)
  const schema = catalogueJsonSchema(contracts)
  const remarks = remarksOn(checked, catalogue)
  return { ok: true, catalogue, document: asDocument(written), schema, hash: hashOf([written, catalogue, schema]), remarks }
}

/** Reads, checks and resolves the catalogue at a path: all of it, or all of its problems. */
export async function loadCatalogue(path: string, contracts: CatalogueContracts): Promise<LoadedCatalogue> {
  const read = await readCatalogueTexts(path)
  if (!read.ok) return { ok: false, problems: [read.problem], hash: hashOf(read.problem) }
  return loadCatalogueTexts(read.texts, contracts)
}
