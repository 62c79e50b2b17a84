import { Note } from '#app/_ui/note.tsx'
import { Time } from '#app/_ui/time.tsx'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { FlowPage } from '#lib/queries/pages/flow-page.ts'

/** Says that a flow has left messages out, and why. */
export function LeftOut({ messages: { count, at, reason } }: { messages: NonNullable<FlowPage['leftOut']> }) {
  return (
    <Note icon="none">
      <p>
        {count === 1 ? 'A message was left out, ' : `${formatCount(count)} messages were left out so far, the last one `}
        <Time at={at} />.
      </p>
      <p className="muted">
        <bdi>{reason}</bdi>
      </p>
    </Note>
  )
}

/** Says that something was pushed to a flow and is not taken, and why. */
export function RefusedPushes({ pushes: { count, at, problem } }: { pushes: NonNullable<FlowPage['refusedPushes']> }) {
  return (
    <Note icon="stale">
      <p>
        {count === 1 ? 'A push was not taken, ' : `${formatCount(count)} pushes of the last week were not taken, the latest of `}
        <Time at={at} />.
      </p>
      <p className="muted">
        <bdi>{problem}</bdi>
      </p>
    </Note>
  )
}
