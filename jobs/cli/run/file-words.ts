import { formatBytes } from '#lib/domain/wording/bytes.ts'
import { triesInWords } from '#lib/domain/wording/inbox-words.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { ApiInboxFile } from '#lib/queries/api/file-answers.ts'
import { dateTime, onOneLine } from './in-words.ts'

/** Files of inboxes as a table, why each has not landed below it. */
export function fileListInWords(files: readonly ApiInboxFile[], zone: string): string[] {
  const cells = files.map((file) => [
    file.state,
    file.flow,
    dateTime(Date.parse(file.arrivedAt), zone),
    file.bytes === null ? '' : formatBytes(file.bytes),
    file.rows === null ? '' : `${formatCount(file.rows)} rows`,
    file.id,
  ])
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(0, ...cells.map((row) => row[column]?.length ?? 0)))
  return files.flatMap((file, i) => {
    const name = onOneLine(file.bucket === '' ? file.key : `${file.bucket}/${file.key}`)
    const line = [...(cells[i] ?? []).map((cell, column) => cell.padEnd(widths[column] ?? 0)), name].join('  ')
    const words = file.state === 'landed' ? [] : [file.reason === null ? null : onOneLine(file.reason), triesInWords(file.tries)]
    const why = words.filter((word) => word !== null).join(' ')
    return why === '' ? [line] : [line, `    ${why}`]
  })
}
