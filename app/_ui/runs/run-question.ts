import { questionInWords } from '#app/_api/read-question.ts'
import { placeAt } from '#lib/queries/api/list.ts'
import { RUN_LIST } from '#lib/queries/api/list-runs.ts'
import { logQuestion, runsQuestion } from '#lib/queries/api/questions.ts'
import type { RunFilter } from '#lib/queries/runs/run-list-questions.ts'
import { type LogQuery, toLogQuery } from '#lib/queries/runs/run-log.ts'

/** The query of an address: each name once, or not at all. */
export type Question = Partial<Record<string, string>>

/** What a page is asked, read from its address: a name given twice counts as not given. */
export function questionIn(query: Record<string, string | string[] | undefined>): Question {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (typeof value === 'string' && value !== '' ? [[name, value]] : [])),
  )
}

/** Which lines of a log are asked for, or in words why that cannot be understood. */
export function parseLogQuestion({ find, level, before, after }: Question): LogQuery | { problem: string } {
  const parsed = logQuestion.safeParse({ find, level, before, after })
  return parsed.success ? toLogQuery(parsed.data) : { problem: questionInWords(parsed.error) }
}

/** Which runs are asked for, or in words why that cannot be understood; `adf/load` names a job with its system, since no flow is called so. */
export function parseRunFilter({ flow: asked, system: place, state, day, before }: Question): RunFilter | { problem: string } {
  const [, ofJob, job] = /^([^/]+)\/(.+)$/s.exec(asked ?? '') ?? []
  // Who chooses a job with its system may choose that system, too.
  const isNamed = ofJob !== undefined && (place === undefined || place === ofJob)
  const [system, flow] = isNamed ? [ofJob, job] : [place, asked]
  const parsed = runsQuestion.safeParse({ flow, system, state, day, ended: 'true' })
  if (!parsed.success) return { problem: questionInWords(parsed.error) }
  if (before !== undefined && placeAt(RUN_LIST, parsed.data, before) === null)
    return { problem: `“${before}” is no place in the list of runs.` }
  const asDay = parsed.data.day === undefined ? {} : { day: parsed.data.day }
  return {
    flow: parsed.data.flow ?? null,
    system: parsed.data.system ?? null,
    state: parsed.data.state ?? null,
    ...asDay,
    before: before ?? null,
  }
}

/** Which rows that were put aside are asked for; what is not understood is the first page of all. */
export function parseRejectionsQuestion({ reason, rows }: Question): { group: string | null; page: number } {
  return { group: reason ?? null, page: rows !== undefined && /^\d{1,6}$/.test(rows) ? Number(rows) : 1 }
}
