import type { Question } from '#app/_ui/runs/run-question.ts'
import { placeAt } from '#lib/queries/api/list.ts'
import { FILE_LIST } from '#lib/queries/api/list-files.ts'
import { filesQuestion } from '#lib/queries/api/questions.ts'
import type { FilesAsked } from '#lib/queries/pages/flow-page.ts'

/** Which files of a flow's inbox an address asks for; what of it cannot be understood asks for nothing. */
export function parseFilesAsked(flow: string, { files, before }: Question): FilesAsked {
  const { state } = filesQuestion.safeParse({ state: files }).data ?? {}
  const asked = state === undefined ? {} : { state }
  const isPlace = before !== undefined && placeAt(FILE_LIST, { flow, ...asked }, before) !== null
  return { ...asked, ...(isPlace && { cursor: before }) }
}
