import { RUN_FILTER_STATES } from '#lib/domain/runs/run-filter.ts'
import { isCursorOf } from '#lib/queries/api/list.ts'
import { RUN_LIST } from '#lib/queries/api/list-runs.ts'
import type { RunFilter } from '#lib/queries/runs/run-list-questions.ts'
import { LOG_LEVELS, type LogQuery, WHOLE_LOG } from '#lib/queries/runs/run-log.ts'

/** The query of an address: each name once, or not at all. */
export type Question = Partial<Record<string, string>>

/** What a page is asked, read from its address: a name given twice counts as not given. */
export function questionIn(query: Record<string, string | string[] | undefined>): Question {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (typeof value === 'string' && value !== '' ? [[name, value]] : [])),
  )
}

export const LOG_QUESTION = ['find', 'level', 'before', 'after']

const FIND_MAX = 200
const NUMBER = /^\d{1,15}$/

/** Which lines of a log are asked for, or in words why that cannot be understood. */
export function parseLogQuestion(question: Question): LogQuery | { problem: string } {
  const { find = '', level = 'info', before, after } = question
  const known = LOG_LEVELS.find((name) => name === level)
  if (known === undefined) return { problem: `There is no level “${level}”. Known are ${LOG_LEVELS.join(', ')}.` }
  if (find.length > FIND_MAX) return { problem: `“find” is longer than ${FIND_MAX} characters.` }
  for (const id of [before, after]) if (id !== undefined && !NUMBER.test(id)) return { problem: `“${id}” is not the number of a line.` }
  return {
    ...WHOLE_LOG,
    find,
    level: known,
    before: before === undefined ? null : Number(before),
    after: after === undefined ? null : Number(after),
  }
}

/** Which runs are asked for, or in words why that cannot be understood. */
export function parseRunFilter(question: Question): RunFilter | { problem: string } {
  const { flow = null, state, before = null } = question
  const known = RUN_FILTER_STATES.find((name) => name === state) ?? null
  if (state !== undefined && known === null) return { problem: `There is no state “${state}”. Known are ${RUN_FILTER_STATES.join(', ')}.` }
  const asked = { ...(flow !== null && { flow }), ...(known !== null && { state: known }), ended: true }
  if (before !== null && !isCursorOf(RUN_LIST, asked, before)) return { problem: `“${before}” is no place in the list of runs.` }
  return { flow, state: known, before }
}

/** Which rows that were put aside are asked for; what is not understood is the first page of all. */
export function parseRejectionsQuestion({ reason, rows }: Question): { group: string | null; page: number } {
  return { group: reason ?? null, page: rows !== undefined && /^\d{1,6}$/.test(rows) ? Number(rows) : 1 }
}
