import { type ArrivedFiles, landedPercent } from '#lib/domain/files/landed-share.ts'
import { counted, formatCount } from './numbers.ts'

/** How many of the files that arrived stand in their table: `98 %, 49 of 50 files`; `No file arrived`. */
export function landedInWords(files: ArrivedFiles): string {
  const percent = landedPercent(files)
  if (percent === null) return 'No file arrived'
  return `${percent} %, ${formatCount(files.landed)} of ${counted(files.arrived, 'file')}`
}

/** Where the files of an inbox are that have not landed. */
export interface UnlandedFiles {
  waiting: number
  taken: number
  failed: number
}

/** `3 wait, 1 is being read, 2 failed`; `Nothing waits`. */
export function unlandedInWords({ waiting, taken, failed }: UnlandedFiles): string {
  const parts = [
    ...(waiting === 0 ? [] : [`${formatCount(waiting)} ${waiting === 1 ? 'waits' : 'wait'}`]),
    ...(taken === 0 ? [] : [`${formatCount(taken)} ${taken === 1 ? 'is' : 'are'} being read`]),
    ...(failed === 0 ? [] : [`${formatCount(failed)} failed`]),
  ]
  return parts.length === 0 ? 'Nothing waits' : parts.join(', ')
}

/** Beside how the last run of a flow went, which may know nothing of them: `, 5 files failed`; '' where none has. */
export function failedFilesInWords(failed: number): string {
  return failed === 0 ? '' : `, ${counted(failed, 'file')} failed`
}

/** `tried twice`; null after the first try, and before. */
export function triesInWords(tries: number): string | null {
  if (tries < 2) return null
  return tries === 2 ? 'tried twice' : `tried ${formatCount(tries)} times`
}
