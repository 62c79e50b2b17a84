import { Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import { keyPromiseInWords } from '#lib/domain/coverage/key-words.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { capital } from '#lib/domain/wording/sentences.ts'
import type { AssetPage } from '#lib/queries/pages/asset-page.ts'

/** How each key of it stands that is promised something; nothing where nothing is. */
export function KeySection({ coverage }: Pick<AssetPage, 'coverage'>) {
  if (coverage === null) return null
  const { promise, keys } = coverage
  return (
    <Section title="Keys" note={<bdi>{promise.column}</bdi>}>
      <p className="mb-3 max-w-[720px]">
        Promised: <bdi>{keyPromiseInWords(promise)}</bdi>.
      </p>
      {keys.length === 0 ? (
        <p>Nothing has been seen of them yet.</p>
      ) : (
        <table className="table stacked w-full">
          <thead>
            <tr>
              <th scope="col">{capital(promise.column)}</th>
              <th scope="col">Status</th>
              <th scope="col">Newest row</th>
              <th scope="col">Late from</th>
            </tr>
          </thead>
          <tbody>
            {keys.map(({ key, status, newestAt, lateAt, newSince }) => (
              <tr key={key}>
                <th scope="row" className="font-normal" dir="auto">
                  {key}
                  {newSince !== null && (
                    <span className="muted">
                      {' '}
                      new since <Time at={newSince} />
                    </span>
                  )}
                </th>
                <td>
                  <StatusMark status={status} />
                </td>
                <td data-label="Newest row">
                  {newestAt === null ? (
                    `none in ${formatDuration(promise.withinMs)}`
                  ) : (
                    <>
                      <Time at={newestAt} /> <Age at={newestAt} brackets past />
                    </>
                  )}
                </td>
                <td data-label="Late from" className={newestAt === null ? 'absent' : undefined}>
                  {newestAt === null ? '–' : <Time at={lateAt} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  )
}
