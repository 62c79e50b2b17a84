import { Fragment } from 'react'
import { assetPath, feedPath, runPath, subjectPath } from '#app/_ui/paths.ts'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Time } from '#app/_ui/time.tsx'
import { howOften } from '#lib/domain/wording/failure-words.ts'
import { failingSince } from '#lib/domain/wording/held-words.ts'
import { reasonInWords, UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import type { HeldByRun as Root } from '#lib/queries/shared/roots.ts'
import { sentence } from './change-list.tsx'

const SHOWN = 5
const NAMED = 4
const LINES = 3

/** With what something's trouble begins: the run that failed and its own words, the connection that is down; what one run should have loaded stands together. */
export function HeldBy({ roots }: { roots: readonly Root[] }) {
  if (roots.length === 0) return null
  const together = [
    ...Map.groupBy(roots, ({ run, key, feedKey, status, since }) => JSON.stringify([run?.id ?? key ?? since, feedKey, status])),
  ]
  return (
    <div className="mt-4 rounded bg-sheet px-4 py-3">
      <p className="muted">It began with</p>
      <ul className="mt-1 space-y-3">
        {together.slice(0, SHOWN).map(([id, own]) => (
          <Together key={id} roots={own} />
        ))}
      </ul>
      {together.length > SHOWN && <p className="mt-2">and {together.length - SHOWN} more.</p>}
    </div>
  )
}

function Together({ roots }: { roots: readonly Root[] }) {
  const [first] = roots
  if (first === undefined) return null
  return (
    <li>
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span>
          <Named roots={roots} />
        </span>
        {first.status !== null && <StatusMark status={first.status} />}
        <span className="muted">
          since <Time at={first.since} form="long" />
          {first.feedKey !== null && (
            <>
              , of{' '}
              <a href={feedPath(first.feedKey)}>
                <bdi>{first.feedName}</bdi>
              </a>
            </>
          )}
        </span>
      </p>
      {first.system !== null && <FailingSystem system={first.system} hasRun={first.run !== null} />}
      {first.run !== null && <FailedRun run={first.run} failed={first.failedRun} />}
      {first.run === null && first.system === null && first.reason !== null && <p>{sentence(reasonInWords(first.reason))}</p>}
    </li>
  )
}

function Named({ roots }: { roots: readonly Root[] }) {
  const more = roots.length - NAMED
  return (
    <>
      {roots.slice(0, NAMED).map(({ key, name }, index) => (
        <Fragment key={key ?? name}>
          {index > 0 && (index === roots.length - 1 ? ' and ' : ', ')}
          {key === null ? (
            UNSEEN_FIRST
          ) : (
            <a href={assetPath(key)}>
              <bdi>{name}</bdi>
            </a>
          )}
        </Fragment>
      ))}
      {more > 0 && ` and ${more} more`}
    </>
  )
}

/** The run that failed says it better than that its flow or job does. */
function FailingSystem({
  system: { kind, key, name, since, isGone = false },
  hasRun,
}: {
  system: NonNullable<Root['system']>
  hasRun: boolean
}) {
  if (hasRun && kind !== 'connection') return null
  return (
    <p>
      The {kind}{' '}
      <a href={subjectPath({ kind, key })}>
        <bdi>{name}</bdi>
      </a>{' '}
      {failingSince({ kind, isGone })} <Time at={since} form="long" />.
    </p>
  )
}

function FailedRun({ run: { id, scheduledFor, problem }, failed }: { run: NonNullable<Root['run']>; failed: Root['failedRun'] }) {
  const often = failed === null || failed.id !== id ? null : howOften(failed)
  const said = (problem ?? '').split('\n').filter((line) => line.trim() !== '')
  return (
    <>
      <p>
        <a href={runPath(id)}>
          The run of <Time at={scheduledFor} form="long" />
        </a>{' '}
        did not succeed{said.length === 0 ? '.' : ':'}
      </p>
      {said.length > 0 && (
        <pre dir="auto" className="mt-1 text-sm whitespace-pre-wrap [overflow-wrap:anywhere]">
          {said.slice(0, LINES).join('\n')}
          {said.length > LINES && ' …'}
        </pre>
      )}
      {often !== null && <p>{often}</p>}
    </>
  )
}
