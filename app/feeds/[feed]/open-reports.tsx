import { settlePath } from '#app/_ui/feeds/reader-paths.ts'
import { Time } from '#app/_ui/time.tsx'
import type { OpenReport } from '#lib/queries/incidents/open-reports.ts'

/** What readers reported and nobody has settled; nothing where there is none. */
export function OpenReports({ reports }: { reports: readonly OpenReport[] }) {
  if (reports.length === 0) return null
  return (
    <ul className="mt-4 border-t border-line" aria-label="Reported problems">
      {reports.map(({ id, at, by, text, asset }) => (
        <li key={id} className="flex flex-wrap items-start gap-x-6 gap-y-2 border-b border-line py-3">
          <div className="me-auto min-w-0 max-w-[640px]">
            <p className="whitespace-pre-line break-words" dir="auto">
              {text}
            </p>
            <p className="muted">
              <bdi>{by}</bdi> reported it, <Time at={at} form="long" />
              {asset !== null && (
                <>
                  , seen in <bdi>{asset}</bdi>
                </>
              )}
            </p>
          </div>
          <form method="post" action={settlePath(id)}>
            <button type="submit" className="button">
              Settle<span className="sr-only"> the report of {by}</span>
            </button>
          </form>
        </li>
      ))}
    </ul>
  )
}
