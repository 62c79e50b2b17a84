import { adminPartPath, questionOf } from '#app/_ui/paths.ts'
import { ACTIONS } from '#lib/domain/access/actions.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import { actionInWords } from '#lib/domain/wording/audit-words.ts'
import type { AuditFilter, AuditPage } from '#lib/queries/pages/audit-page.ts'
import { AdminShell } from '../admin-shell.tsx'
import { AuditEntries } from './audit-entries.tsx'

interface AuditScreenProps {
  found: AuditPage
  filter: AuditFilter
  /** Why the question cannot be understood. */
  problem: string | null
  actor: Pick<Actor, 'role'>
}

/** The audit with a choice of who, what, about what and when. */
export function AuditScreen({ found, filter, problem, actor }: AuditScreenProps) {
  const { rows, next, frame } = found
  const isFiltered = Object.entries(filter).some(([name, value]) => name !== 'before' && value !== null)
  const lead = 'Every order, done or refused. Entries are only ever added: nothing here can be changed or taken away.'
  return (
    <AdminShell frame={frame} actor={actor} part="audit" title="Audit" lead={problem ?? lead}>
      <Filter filter={filter} isFiltered={isFiltered} />
      {rows.length === 0 ? <NoEntries filter={filter} isFiltered={isFiltered} /> : <AuditEntries rows={rows} />}
      <nav className="pages" aria-label="Pages of the audit">
        {filter.before !== null && <a href={auditPath({ ...filter, before: null })}>Back to the newest</a>}
        {next !== null && <a href={auditPath({ ...filter, before: next })}>Earlier entries</a>}
      </nav>
      <p className="muted small mt-6 print:hidden">
        {isFiltered ? 'Take what is asked for, all pages of it, as ' : 'Take the whole audit as '}
        <a href={exportPath(filter, 'csv')}>CSV</a> or <a href={exportPath(filter, 'ndjson')}>NDJSON</a>. That you took it stands in it,
        too.
      </p>
    </AdminShell>
  )
}

const OUTCOMES = [
  ['done', 'Done'],
  ['refused', 'Refused'],
] as const

function Filter({ filter, isFiltered }: { filter: AuditFilter; isFiltered: boolean }) {
  const actions = filter.action === null || ACTIONS.includes(filter.action) ? ACTIONS : [...ACTIONS, filter.action]
  return (
    <search>
      <form className="filter dense" action={adminPartPath('audit')}>
        <Field name="who" words="Who" value={filter.who} />
        <Choice
          name="action"
          words="What"
          all="Every order"
          value={filter.action}
          of={actions.map((name) => [name, actionInWords(name)])}
        />
        <Field name="target" words="About" value={filter.target} />
        <Choice name="outcome" words="Outcome" all="Done or refused" value={filter.outcome} of={OUTCOMES} />
        <Field name="from" words="From" value={filter.from} type="date" />
        <Field name="to" words="To" value={filter.to} type="date" />
        <button type="submit" className="button">
          Show
        </button>
        {isFiltered && (
          <a className="leading-10" href={adminPartPath('audit')}>
            Show all
          </a>
        )}
      </form>
    </search>
  )
}

function Field({ name, words, value, type = 'text' }: { name: string; words: string; value: string | null; type?: 'text' | 'date' }) {
  return (
    <label>
      <span>{words}</span>
      <input type={type} name={name} defaultValue={value ?? ''} maxLength={200} autoComplete="off" />
    </label>
  )
}

interface ChoiceProps {
  name: string
  words: string
  all: string
  value: string | null
  of: readonly (readonly [value: string, words: string])[]
}

function Choice({ name, words, all, value, of }: ChoiceProps) {
  return (
    <label>
      <span>{words}</span>
      <select name={name} defaultValue={value ?? ''}>
        <option value="">{all}</option>
        {of.map(([key, shown]) => (
          <option key={key} value={key}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  )
}

function NoEntries({ filter, isFiltered }: { filter: AuditFilter; isFiltered: boolean }) {
  if (filter.before !== null) return <p className="lead">There is nothing earlier.</p>
  return <p className="lead">{isFiltered ? 'No entry is like this.' : 'Nobody has ordered anything yet.'}</p>
}

function auditPath(filter: AuditFilter): string {
  return `${adminPartPath('audit')}${questionOf({ ...filter })}`
}

function exportPath(filter: AuditFilter, format: string): string {
  return `${adminPartPath('audit')}/export${questionOf({ ...filter, before: null, format })}`
}
