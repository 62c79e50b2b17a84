import type { Actor } from '#lib/domain/access/actor.ts'
import { REPORT_LENGTH_MAX } from '#lib/queries/api/order-bodies.ts'
import { reportPath } from './reader-paths.ts'

/** Where somebody who has signed in says that something is wrong with the data of a feed, or with a dashboard in it; nothing for anybody else. */
export function ReportForm({ feed, asset, by }: { feed: string; asset?: string; by: Actor['kind'] }) {
  if (by !== 'person') return null
  return (
    <details className="mt-4">
      <summary className="cursor-pointer text-muted">Report a problem with this data</summary>
      <form method="post" action={reportPath(feed)} className="entry-form mt-3 max-w-[560px]">
        {asset !== undefined && <input type="hidden" name="asset" value={asset} />}
        <label>
          <span>What is wrong?</span>
          <textarea className="w-full" name="text" required maxLength={REPORT_LENGTH_MAX} rows={4} />
          <small>It goes to whoever looks after it, with your name.</small>
        </label>
        <button type="submit" className="button justify-self-start">
          Report it
        </button>
      </form>
    </details>
  )
}
