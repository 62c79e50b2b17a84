import { fitsGlob } from '#lib/catalogue/adopt/path-glob.ts'
import type { StoredFile } from '#lib/connectors/kit/files.ts'

export interface WantedFiles {
  /** By their path below the place. */
  match?: string | undefined
  /** The name of the file by which a folder says that all of it is there. */
  complete?: string | undefined
  /** Of the folders directly below the place the last one by name, instead of all. */
  folder?: 'newest' | undefined
}

/**
 * Which of the files below a prefix are read, in the order of their keys. What begins with "_" or "." there, file or folder, is no data: marks, and what is
 * still being written.
 */
export function chooseFiles(files: readonly StoredFile[], prefix: string, { match, complete, folder }: WantedFiles): StoredFile[] {
  const pathOf = ({ key }: StoredFile) => key.slice(prefix.length)
  const isWhole = completeness(files.map(pathOf), complete)
  const data = files.filter((file) => {
    const path = pathOf(file)
    return !isHidden(path) && nameOf(path) !== complete && (match === undefined || fitsGlob(match, path)) && isWhole(path)
  })
  const chosen = folder === 'newest' ? ofNewestFolder(data, pathOf) : data
  return chosen.sort((one, other) => (one.key < other.key ? -1 : 1))
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const isHidden = (path: string) => path.split('/').some((part) => /^[_.]/.test(part))

/** Whether a folder on the way to a file, the place itself included, has the mark. */
function completeness(paths: readonly string[], mark: string | undefined): (path: string) => boolean {
  if (mark === undefined) return () => true
  const folders = new Set(paths.filter((path) => nameOf(path) === mark).map(folderOf))
  return (path) => {
    for (let folder = folderOf(path); ; folder = folderOf(folder.slice(0, -1))) {
      if (folders.has(folder)) return true
      if (folder === '') return false
    }
  }
}

/** With the slash at its end; empty: the place itself. */
const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1)

function ofNewestFolder(files: readonly StoredFile[], pathOf: (file: StoredFile) => string): StoredFile[] {
  const topOf = (file: StoredFile) => pathOf(file).slice(0, pathOf(file).indexOf('/') + 1)
  const newest = files.map(topOf).reduce((last, top) => (top > last ? top : last), '')
  return newest === '' ? [] : files.filter((file) => topOf(file) === newest)
}
