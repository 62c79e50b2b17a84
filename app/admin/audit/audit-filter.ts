import type { Question } from '#app/_ui/runs/run-question.ts'
import { isValidDay } from '#lib/domain/time/local-day.ts'
import { isStorableText } from '#lib/domain/values/storable-text.ts'
import type { AuditFilter } from '#lib/queries/pages/audit-page.ts'

export const AUDIT_QUESTION = ['who', 'action', 'target', 'outcome', 'from', 'to', 'before']

const LENGTH_MAX = 200

/** Which entries are asked for, or in words why that cannot be understood. */
export function parseAuditFilter(question: Question): AuditFilter | { problem: string } {
  const { outcome, from = null, to = null, before = null } = question
  const problem = textProblem(question) ?? dayProblem(from, to)
  if (problem !== null) return { problem }
  const known = OUTCOMES.find((name) => name === outcome) ?? null
  if (outcome !== undefined && known === null) return { problem: `There is no outcome “${outcome}”. Known are done and refused.` }
  if (before !== null && !/^\d{1,18}$/.test(before)) return { problem: `“${before}” is no place in the audit.` }
  const [who = null, action = null, target = null] = TEXTS.map((name) => question[name]?.trim() || null)
  return { who, action, target, outcome: known, from, to, before }
}

const OUTCOMES = ['done', 'refused'] as const
const TEXTS = ['who', 'action', 'target'] as const

function textProblem(question: Question): string | null {
  for (const name of TEXTS) {
    const text = question[name] ?? ''
    if (text.length > LENGTH_MAX) return `“${name}” is longer than ${LENGTH_MAX} characters.`
    if (!isStorableText(text)) return `“${name}” holds a character that no entry has.`
  }
  return null
}

function dayProblem(from: string | null, to: string | null): string | null {
  for (const day of [from, to]) if (day !== null && !isValidDay(day)) return `“${day}” is no day such as 2026-11-29.`
  return from !== null && to !== null && from > to ? 'The first day lies after the last.' : null
}
