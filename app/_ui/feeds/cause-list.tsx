import { Fragment, type ReactNode } from 'react'
import { Pieces } from '#app/_ui/feeds/pieces.tsx'
import { feedPath, incidentPath, lineagePath } from '#app/_ui/paths.ts'
import { Owner } from '#app/_ui/reload/owner.tsx'
import { Mark, StatusIcon, StatusMark } from '#app/_ui/status-mark.tsx'
import { Time } from '#app/_ui/time.tsx'
import { againInPieces, causeInPieces, heldInPieces, riskInPieces } from '#lib/domain/wording/cause-sentences.ts'
import { concernedInPieces } from '#lib/domain/wording/concerned-words.ts'
import { counted, formatCount } from '#lib/domain/wording/numbers.ts'
import type { Piece } from '#lib/domain/wording/pieces.ts'
import type { CauseLine } from '#lib/queries/outlook/outlook.ts'

/** So many stand there in full, so many more with what they are, and the rest folded. */
const SHOWN = 2
const BRIEF_SHOWN = 8
/** As many as a sentence names. */
const NAMED = 3
const HELD_SHOWN = 12

interface CauseListProps {
  lines: readonly CauseLine[]
  /** How many there are with those that are not among these. */
  total: number
  now: number
}

/** What everything comes down to, the newest first: since when, why, what it holds back, when that is good again, and whom to ask. */
export function CauseList({ lines, total, now }: CauseListProps) {
  if (lines.length === 0) return null
  const rest = lines.slice(BRIEF_SHOWN)
  return (
    <>
      <ul className="attention">
        {lines.slice(0, SHOWN).map((line) => (
          <Item key={keyOf(line)} line={line}>
            <div className="cause">
              <p>
                <strong>
                  <Pieces of={causeInPieces(line)} />
                </strong>
                <Why line={line} />
              </p>
              <Meaning line={line} now={now} />
            </div>
          </Item>
        ))}
        <Brief lines={lines.slice(SHOWN, BRIEF_SHOWN)} now={now} />
      </ul>
      {rest.length > 0 && (
        <details className="fold">
          <summary>and {counted(total - BRIEF_SHOWN, 'older cause')}</summary>
          <ul className="attention">
            <Brief lines={rest} now={now} />
          </ul>
          {total > lines.length && (
            <p className="mt-3">
              <a href={lineagePath()}>All of them</a>
            </p>
          )}
        </details>
      )}
    </>
  )
}

function keyOf({ of, since }: CauseLine): string {
  return `${of?.kind} ${of?.key} ${since}`
}

function Item({ line, children }: { line: CauseLine; children: ReactNode }) {
  return (
    <li>
      {line.status === null ? <Mark icon="risk">At risk</Mark> : <StatusMark status={line.status} />}
      {children}
    </li>
  )
}

/** What they are; the rest unfolds. */
function Brief({ lines, now }: Omit<CauseListProps, 'total'>) {
  return lines.map((line) => (
    <Item key={keyOf(line)} line={line}>
      <details className="cause">
        <summary>
          <strong>
            <Pieces of={causeInPieces(line)} plain />
          </strong>
        </summary>
        {line.why !== null && (
          <p>
            <bdi>{line.why}</bdi>
          </p>
        )}
        <Meaning line={line} now={now} />
      </details>
    </Item>
  ))
}

function Why({ line: { why } }: { line: CauseLine }) {
  if (why === null) return '.'
  return (
    <>
      : <bdi>{why}</bdi>
    </>
  )
}

/** What it holds back, now and next, when that is good again, whom to ask, and the way there. */
function Meaning({ line, now }: { line: CauseLine; now: number }) {
  const { held, atRisk, of, concerned } = line
  const sentences = [heldInPieces(held, of), concernedInPieces(concerned), riskInPieces(atRisk), goesOn(line, now)].filter(
    (pieces) => pieces.length > 0,
  )
  return (
    <>
      <p>
        {sentences.map((pieces, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sentences stand in one order
          <span key={index}>
            <Pieces of={pieces} />{' '}
          </span>
        ))}
        <Help line={line} />
      </p>
      {held.length > NAMED && <Held line={line} />}
    </>
  )
}

/** Of a system that holds nothing back yet, when it is asked again. */
function goesOn({ held, said, nextLookAt }: CauseLine, now: number): Piece[] {
  const again = againInPieces(held, now, said)
  return again.length > 0 || nextLookAt === null || nextLookAt <= now ? again : ['It is asked again at ', { at: nextLookAt }, '.']
}

/** Who is on it or whom to ask, the way from it to what it holds back, and what was said and done so far. */
function Help({ line }: { line: CauseLine }) {
  const { focus, incident } = line
  return (
    <>
      <Who line={line} />
      <span className="muted">
        {focus !== null && <a href={lineagePath({ focus })}>How it comes to this</a>}
        {focus !== null && incident !== null && ' · '}
        {incident !== null && <a href={incidentPath(incident.id)}>Its incident</a>}
      </span>
    </>
  )
}

function Who({ line: { owners, of, incident } }: { line: CauseLine }) {
  const assignee = incident?.assignee ?? null
  const seenBy = incident?.acknowledged?.by ?? null
  if (assignee !== null)
    return (
      <>
        <bdi>{assignee}</bdi> is on it.{' '}
      </>
    )
  return (
    <span className="muted">
      {seenBy !== null && (
        <>
          <bdi>{seenBy}</bdi> has seen it.{' '}
        </>
      )}
      {owners.map((owner, index) => (
        <Fragment key={owner}>
          {index === 0 ? 'Ask ' : ' or '}
          <Owner owner={owner} about={of?.name ?? ''} />
        </Fragment>
      ))}
      {owners.length > 0 && '. '}
    </span>
  )
}

/** Everything it holds back, one by one. */
function Held({ line: { held } }: { line: CauseLine }) {
  return (
    <details className="held">
      <summary>All {counted(held.length, 'feed')} that it holds back</summary>
      <ul>
        {held.slice(0, HELD_SHOWN).map((feed) => (
          <li key={feed.key}>
            <StatusIcon status={feed.status} />
            <span>
              <a href={feedPath(feed.key)}>
                <bdi>{feed.name}</bdi>
              </a>
              {feed.since !== null && (
                <>
                  {' '}
                  since <Time at={feed.since} form="near" />
                </>
              )}
              <Until again={feed.again} />
            </span>
          </li>
        ))}
        {held.length > HELD_SHOWN && <li>and {formatCount(held.length - HELD_SHOWN)} more</li>}
      </ul>
    </details>
  )
}

function Until({ again }: { again: CauseLine['held'][number]['again'] }) {
  if (again === null) return null
  if (again.kind === 'no-date') return ', no date'
  if (again.isLook) return null
  return (
    <>
      , good by about <Time at={again.at} form="near" />
    </>
  )
}
