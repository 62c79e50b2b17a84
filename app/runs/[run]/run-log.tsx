'use client'
import { type SubmitEvent, useRef } from 'react'
import { runPath, runQuestionPath } from '#app/_ui/paths.ts'
import { LogLines } from '#app/_ui/runs/log-lines.tsx'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { LogPart, LogQuery } from '#lib/queries/runs/run-log.ts'
import { type LogSearch, useRunLog } from './use-run-log.ts'

interface RunLogProps {
  runId: string
  initial: LogPart
  query: LogQuery
  isGrowing: boolean
}

const LEVELS: readonly (readonly [LogQuery['level'], string])[] = [
  ['info', 'All lines'],
  ['warn', 'Warnings and errors'],
  ['error', 'Errors'],
]

/** A run's log with a search over all of it: a plain form, which with JavaScript stays on the page and follows the run. */
export function RunLog({ runId, initial, query, isGrowing }: RunLogProps) {
  const log = useRunLog(runId, { search: { find: query.find, level: query.level }, part: initial }, isGrowing)
  const { lines, more } = log.part
  return (
    <section className="section" id="log">
      <div className="mb-4 flex flex-wrap items-baseline justify-between gap-x-6">
        <h2>Log</h2>
        <p className="muted" aria-live="polite">
          {log.problem ?? countInWords(log.part, log.search)}
        </p>
      </div>
      <SearchForm runId={runId} search={log.search} onAsk={(search) => askFor(search, runId, log.ask)} />
      {more && (
        <p className="pages">
          <a
            href={runQuestionPath(runId, { ...log.search, before: lines[0]?.id ?? null }, 'log')}
            onClick={(event) => {
              event.preventDefault()
              void log.showEarlier()
            }}
          >
            Show earlier lines
          </a>
        </p>
      )}
      <LogLines lines={lines} find={log.search.find} />
      {query.before !== null && (
        <p className="pages">
          <a href={runQuestionPath(runId, { ...log.search }, 'log')}>Back to the newest lines</a>
        </p>
      )}
    </section>
  )
}

function SearchForm({ runId, search, onAsk }: { runId: string; search: LogSearch; onAsk: (search: LogSearch) => void }) {
  const form = useRef<HTMLFormElement>(null)
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const level = LEVELS.find(([name]) => name === fields.get('level'))?.[0] ?? 'info'
    onAsk({ find: String(fields.get('find') ?? '').trim(), level })
  }
  return (
    <search>
      <form ref={form} className="filter" action={`${runPath(runId)}#log`} onSubmit={submit}>
        <label>
          <span>Find in the log</span>
          <input type="search" name="find" defaultValue={search.find} maxLength={200} autoComplete="off" />
        </label>
        <label>
          <span>Lines</span>
          <select name="level" defaultValue={search.level} onChange={() => form.current?.requestSubmit()}>
            {LEVELS.map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="button">
          Find
        </button>
      </form>
    </search>
  )
}

/** The address keeps the question, so that it can be sent to somebody. */
function askFor(search: LogSearch, runId: string, ask: (search: LogSearch) => Promise<void>): void {
  window.history.replaceState(
    null,
    '',
    runQuestionPath(runId, { find: search.find, level: search.level === 'info' ? null : search.level }, 'log'),
  )
  void ask(search)
}

function countInWords({ lines, matching, more }: LogPart, { find, level }: LogSearch): string {
  const all = matching ?? lines.length
  const what = find !== '' || level !== 'info' ? `${all === 1 ? 'line fits' : 'lines fit'}` : all === 1 ? 'line' : 'lines'
  return more ? `${formatCount(all)} ${what}, ${formatCount(lines.length)} shown` : `${formatCount(all)} ${what}`
}
