import type { DocumentPath } from '#lib/catalogue/parse/node.ts'
import { suggestion } from './suggest.ts'

/** One thing wrong, by its path; the position is looked up when all are known. */
export interface Finding {
  path: DocumentPath
  /** Point at the key, not at what it holds. */
  at?: 'key'
  problem: string
  remedy: string
}

/** What stands at a path is wrong. */
export function wrongValue(path: DocumentPath, problem: string, remedy: string): Finding {
  return { path, problem, remedy }
}

/** The key at a path is wrong, or something is missing in what it holds. */
export function wrongKey(path: DocumentPath, problem: string, remedy: string): Finding {
  return { path, at: 'key', problem, remedy }
}

/** A name that nothing has, with the one that was probably meant. */
export function unknownName(path: DocumentPath, what: string, name: string, known: Iterable<string>, otherwise: string): Finding {
  return wrongValue(path, `There is no ${what} "${name}".`, suggestion(name, known, otherwise))
}

/** A key that is not known where it stands, with the one that was probably meant. */
export function unknownKey(path: DocumentPath, key: string, known: Iterable<string>): Finding {
  return wrongKey([...path, key], `There is no setting "${key}" here.`, suggestion(key, known, 'Take it out.'))
}
