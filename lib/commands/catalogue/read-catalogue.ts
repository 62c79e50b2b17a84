import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { CATALOGUE_BYTES_MAX, type CatalogueText } from '#lib/catalogue/parse/catalogue-file.ts'
import { CONTRACTS_FOLDER } from '#lib/catalogue/parse/merge-files.ts'
import { SAID } from '#lib/catalogue/parse/yaml-errors.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { decodeText } from '#lib/platform/env-file.ts'

/** What the files hold, or why they cannot be read. */
export type CatalogueTexts = { ok: true; texts: CatalogueText[] } | { ok: false; problem: CatalogueProblem }

/** One look at the files of a catalogue, all of them together. */
export interface CatalogueReading {
  read: CatalogueTexts
  /** Tells one content from another, missing and unreadable ones included. */
  content: string
  /** Content, size and time of every file: differs while somebody writes. */
  stamp: string
  changedAtMs: number
  /** A file is empty or ends within a line, as while somebody writes it. */
  endsAbruptly: boolean
}

interface Found {
  texts: CatalogueText[]
  changes: [string, number][]
}

class Unreadable extends Error {
  readonly problem: CatalogueProblem

  constructor(file: string, problem: string, remedy: string) {
    super(problem)
    this.problem = { file, line: 1, column: 1, path: '', problem, remedy }
  }
}

async function listFiles(path: string): Promise<{ file: string; path: string }[]> {
  if (!(await stat(path)).isDirectory()) return [{ file: basename(path), path }]
  const names = (await readdir(path, { withFileTypes: true })).filter(
    (entry) => !entry.isDirectory() && /^[^.].*\.ya?ml$/i.test(entry.name),
  )
  return names.map(({ name }) => ({ file: name, path: join(path, name) })).sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** Neither hidden nor in a hidden folder; a link counts, as where a cluster mounts files. */
const CONTRACT_FILE = /^[^.][^/]*(\/[^./][^/]*)*\.(ya?ml|json)$/i

/** The contracts in the folder beside a catalogue, and in folders below it. */
async function listContracts(folder: string): Promise<{ file: string; path: string }[]> {
  const found = await readdir(join(folder, CONTRACTS_FOLDER), { withFileTypes: true, recursive: true }).catch(() => [])
  const entries = found.filter((entry) => !entry.isDirectory())
  const files = entries.map(({ parentPath, name }) => {
    const path = join(parentPath, name)
    return { file: relative(folder, path).replaceAll('\\', '/'), path }
  })
  return files.filter(({ file }) => CONTRACT_FILE.test(file)).sort((a, b) => (a.file < b.file ? -1 : 1))
}

async function readFiles(path: string): Promise<Found> {
  const files = await listFiles(path)
  if (files.length === 0) throw new Unreadable(path, `There is no .yaml file in the folder ${path}.`, 'Put tidemark.yaml into it.')
  const folder = files[0]?.path === path ? dirname(path) : path
  const found: Found = { texts: [], changes: [] }
  let left = CATALOGUE_BYTES_MAX
  for (const { file, path: from } of [...files, ...(await listContracts(folder))]) {
    const read = await readRegularFile(from, left)
    if (read === 'not-a-file')
      throw new Unreadable(file, `${from} is no file that can be read: a pipe, a device or a folder.`, 'Remove it.')
    if (read === 'too-large') throw new Unreadable(file, SAID.tooLarge.problem, SAID.tooLarge.remedy)
    left -= read.bytes.length
    found.texts.push({ file, text: decodeText(read.bytes, `The file ${from}`) })
    found.changes.push([file, read.changedAtMs])
  }
  return found
}

function toProblem(path: string, error: unknown): CatalogueProblem {
  if (error instanceof Unreadable) return error.problem
  const at = (problem: string, remedy: string) => new Unreadable(path, problem, remedy).problem
  if (isTidemarkError(error)) return at(error.publicMessage, 'The last good catalogue stays in force until then.')
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    return at(`There is no catalogue at ${path}.`, 'Set TIDEMARK_CONFIG to a file or folder that exists.')
  return at(`The catalogue at ${path} cannot be read.`, 'Let the user who runs Tidemark read it.')
}

const hashOf = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex')

/** One look at a catalogue file, or at every `.yaml` and `.yml` directly in a folder. Never throws for what is not there. */
export async function readCatalogueAgain(path: string): Promise<CatalogueReading> {
  try {
    const { texts, changes } = await readFiles(path)
    const content = hashOf(texts)
    const endsAbruptly = texts.some(({ text }) => !text.endsWith('\n'))
    const changedAtMs = Math.max(...changes.map(([, at]) => at))
    return { read: { ok: true, texts }, content, stamp: hashOf([content, changes]), changedAtMs, endsAbruptly }
  } catch (error) {
    const problem = toProblem(path, error)
    const content = hashOf(problem)
    return { read: { ok: false, problem }, content, stamp: content, changedAtMs: 0, endsAbruptly: true }
  }
}

/** What a catalogue file or folder holds, in the order of the files' names. Never throws for what is not there. */
export async function readCatalogueTexts(path: string): Promise<CatalogueTexts> {
  return (await readCatalogueAgain(path)).read
}

interface RegularFile {
  bytes: Buffer
  changedAtMs: number
}

type Unfit = 'not-a-file' | 'too-large'

/** Reads a file of at most `bytesMax`, or says why not; never waits for a pipe or a device. Throws what the system says. */
async function readRegularFile(path: string, bytesMax: number): Promise<RegularFile | Unfit> {
  // Without O_NONBLOCK the opening of a named pipe waits for somebody who writes into it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const found = await file.stat()
    if (!found.isFile()) return 'not-a-file'
    if (found.size > bytesMax) return 'too-large'
    const bytes = await file.readFile()
    return bytes.length > bytesMax ? 'too-large' : { bytes, changedAtMs: found.mtimeMs }
  } finally {
    await file.close()
  }
}
