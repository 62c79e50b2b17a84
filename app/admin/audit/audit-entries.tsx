import type { ReactNode } from 'react'
import { assetPath, connectionPath, feedPath, flowPath, groupPath, incidentPath, personPath, runPath } from '#app/_ui/paths.ts'
import { Mark } from '#app/_ui/status-mark.tsx'
import { Time } from '#app/_ui/time.tsx'
import { type ChangedField, changedFields } from '#lib/domain/access/changed-fields.ts'
import { actionInWords, actorInWords } from '#lib/domain/wording/audit-words.ts'
import type { AuditRow } from '#lib/queries/pages/audit-page.ts'

/** Entries of the audit, one sentence each, with what changed under it. */
export function AuditEntries({ rows }: { rows: readonly AuditRow[] }) {
  return (
    <ol className="entries" aria-label="Entries, newest first">
      {rows.map((row) => (
        <li key={row.id} id={`entry-${row.id}`}>
          <Entry row={row} />
        </li>
      ))}
    </ol>
  )
}

function Entry({ row }: { row: AuditRow }) {
  const changes = changedFields(row.before, row.after)
  return (
    <>
      <p className="muted">
        <Time at={row.at} form="long" />
      </p>
      <div>
        <p>
          <b className="font-semibold" dir="auto">
            {actorInWords(row)}
          </b>{' '}
          {hasRole(row) && <span className="muted">({row.role}) </span>}
          {actionInWords(row.action)}
          {isAboutAnother(row) && (
            <>
              : <Target target={row.target} name={row.targetName} />
            </>
          )}
        </p>
        {row.reason !== null && <p dir="auto">“{row.reason}”</p>}
        {row.refusal !== null && <p className="text-stale-text">{row.refusal}</p>}
        {changes.length > 0 && <Changes changes={changes} />}
        <p className="muted small">
          {row.actorKind === row.origin ? '' : `from the ${row.origin}, `}
          <code>{row.action}</code>, entry {row.id}
        </p>
      </div>
      <p>{row.refusal === null ? <span className="muted">done</span> : <Mark icon="stale">Refused</Mark>} </p>
    </>
  )
}

/** Tidemark itself has no role, whatever it acts with. */
function hasRole({ actorKind }: AuditRow): boolean {
  return actorKind !== 'worker'
}

function isAboutAnother({ target, actorId }: AuditRow): boolean {
  return target !== '*' && target !== `person:${actorId}`
}

function Changes({ changes }: { changes: readonly ChangedField[] }) {
  return (
    <dl className="changed">
      {changes.map(({ name, before, after }) => (
        <div key={name}>
          <dt>{name === '' ? 'value' : name}</dt>
          <dd>
            {before !== null && <del>{shown(name, before)}</del>}
            {before !== null && ' → '}
            {after === null ? before !== null && <span className="muted">nothing</span> : <ins>{shown(name, after)}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/

/** Instants as all others of the page, runs as links. */
function shown(name: string, value: string): ReactNode {
  if (INSTANT.test(value)) return <Time at={Date.parse(value)} form="long" />
  return name === 'run' ? <a href={runPath(value)}>{value}</a> : value
}

const PATHS: Record<string, (key: string) => string> = {
  group: groupPath,
  feed: feedPath,
  asset: assetPath,
  flow: flowPath,
  run: runPath,
  connection: connectionPath,
  incident: (key) => incidentPath(Number(key)),
  person: personPath,
}

/** What it was about, with its page where it has one. */
function Target({ target, name }: { target: string; name: string | null }) {
  const [, kind = '', key = ''] = /^([a-z-]+):(.*)$/s.exec(target) ?? []
  const path = PATHS[kind]
  if (path === undefined || key === '') return <code>{target}</code>
  return (
    <>
      {kind} <a href={path(key)}>{name ?? key}</a>
    </>
  )
}
