import type { Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

interface Turn {
  at: Instant
  to: Status | null
}

/** Since when something has its status, whatever the reasons for it were: since its last turn, the first of `turns`, where that was into it. */
export function standsSince({ status, since }: { status: Status | null; since: Instant | null }, [last]: readonly Turn[]): Instant | null {
  return since !== null && last !== undefined && last.to === status && last.at < since ? last.at : since
}
