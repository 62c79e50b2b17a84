import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { type CatalogueText, parseCatalogueText } from './catalogue-file.ts'
import { type DocumentPath, entriesOf, type LocatedNode, pathInWords, toPlain } from './node.ts'

/** The whole written catalogue as one tree; null when a file could not be read or none holds anything. */
export interface ParsedCatalogue {
  root: LocatedNode | null
  problems: CatalogueProblem[]
}

/** Maps that several files may fill together; everything else is written in one place. */
const SHARED = [/^$/, /^(connections|calendars|groups|flows|tell)$/, /^groups\/[^/]+$/, /^groups\/[^/]+\/feeds$/]

function isShared(path: DocumentPath): boolean {
  return SHARED.some((pattern) => pattern.test(path.join('/')))
}

/** What every file of its own begins with: said twice in the same words it leaves no question. */
const REPEATABLE: readonly string[] = ['access', 'page']

function isRepeated(path: DocumentPath, ours: LocatedNode, theirs: LocatedNode): boolean {
  return REPEATABLE.includes(path.join('/')) && JSON.stringify(toPlain(ours)) === JSON.stringify(toPlain(theirs))
}

function mergeInto(target: LocatedNode, other: LocatedNode, path: DocumentPath, problems: CatalogueProblem[]): void {
  if (!(target.value instanceof Map)) return
  for (const [key, theirs] of entriesOf(other)) {
    const ours = target.value.get(key)
    const here = [...path, key]
    if (ours === undefined) target.value.set(key, theirs)
    else if (isShared(here) && ours.value instanceof Map && theirs.value instanceof Map) mergeInto(ours, theirs, here, problems)
    else if (!isRepeated(here, ours, theirs)) problems.push(clash(key, here, ours, theirs))
  }
}

function clash(key: string, path: DocumentPath, ours: LocatedNode, theirs: LocatedNode): CatalogueProblem {
  return {
    ...theirs.keyAt,
    path: pathInWords(path),
    problem: `"${key}" is already declared in ${ours.keyAt.file}, line ${ours.keyAt.line}.`,
    remedy: 'Keep it in one file.',
  }
}

/** Parses the files of a catalogue and joins them into one; what two files both declare is a problem, never a silent winner. */
export function parseCatalogue(texts: readonly CatalogueText[]): ParsedCatalogue {
  const parsed = texts.map(parseCatalogueText)
  const problems = parsed.flatMap((p) => p.problems)
  const roots = parsed.flatMap((p) => (p.root === null ? [] : [p.root]))
  const unreadable = parsed.some((p) => p.root === null && p.problems.length > 0)
  const [first, ...others] = roots
  if (first === undefined || unreadable) {
    return { root: null, problems: problems.length > 0 ? problems : [emptyProblem(texts[0]?.file ?? 'tidemark.yaml')] }
  }
  for (const other of others) mergeInto(first, other, [], problems)
  return { root: first, problems }
}

function emptyProblem(file: string): CatalogueProblem {
  return {
    file,
    line: 1,
    column: 1,
    path: '',
    problem: 'The catalogue is empty.',
    remedy: 'Write one, or let "tidemark discover <connection>" propose one.',
  }
}
