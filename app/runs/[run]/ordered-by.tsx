import { feedPath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import type { OrderOfRun } from '#lib/queries/runs/reload-order.ts'

/** For whose reload a run runs, and why: `Reloaded by Ada, 22:01: SAP is back (Courses)`. */
export function OrderedBy({ order: { by, at, reason, feedKey, feedName } }: { order: OrderOfRun }) {
  return (
    <p className="muted">
      Reloaded{by !== null && ' by '}
      <bdi>{by}</bdi>, <Time at={at} />
      {reason !== null && (
        <>
          : <bdi>{reason}</bdi>
        </>
      )}{' '}
      (
      <a href={feedPath(feedKey)}>
        <bdi>{feedName}</bdi>
      </a>
      )
    </p>
  )
}
