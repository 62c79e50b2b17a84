import { runQuestionPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { Rejections } from '#lib/queries/runs/run-rejections.ts'

/** What a run put aside: the reasons with their counts, then the rows, page by page. Nothing when nothing was. */
export function RejectedRows({ runId, rejections, isDryRun }: { runId: string; rejections: Rejections; isDryRun: boolean }) {
  const { total, groups, groupsOmitted, group } = rejections
  if (total === 0) return null
  return (
    <div id="rejected">
      <Section
        title={isDryRun ? 'Rows it would put aside' : 'Rows put aside'}
        note={`${formatCount(total)} in all; a person is named by a pseudonym only`}
      >
        <table className="table">
          <thead>
            <tr>
              <th scope="col" className="w-24 max-md:w-14">
                Rows
              </th>
              <th scope="col">Why</th>
              <th scope="col" className="max-md:hidden">
                Step
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.map(({ id, task, reason, count }) => (
              <tr key={id} aria-current={id === group?.id ? 'true' : undefined}>
                <td>{formatCount(count)}</td>
                <th scope="row" className={id === group?.id ? 'font-semibold' : undefined}>
                  <a href={runQuestionPath(runId, { reason: id }, 'rejected')}>{reason}</a>
                </th>
                <td className="text-muted max-md:hidden">{task}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {groupsOmitted > 0 && <p className="muted small">{formatCount(groupsOmitted)} further reasons are in the rows below.</p>}
        <Rows runId={runId} rejections={rejections} />
      </Section>
    </div>
  )
}

function Rows({ runId, rejections }: { runId: string; rejections: Rejections }) {
  const { group, rows } = rejections
  return (
    <>
      <h3 className="mt-6 mb-3 flex flex-wrap items-baseline gap-x-6 gap-y-1">
        {group === null ? 'All rows' : `${formatCount(group.count)} ${group.count === 1 ? 'row' : 'rows'}: ${group.reason}`}
        {group !== null && (
          <a className="text-[14px] font-normal" href={runQuestionPath(runId, {}, 'rejected')}>
            Show all rows
          </a>
        )}
      </h3>
      <table className="table stacked">
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Why</th>
            <th scope="col">Step</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.task} ${row.key}`}>
              <th scope="row">
                <code>{row.key}</code>
              </th>
              <td>{row.reason}</td>
              <td data-label="Step">{row.task}</td>
              <td data-label="When">
                <Time at={row.at} form="clock" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Pages runId={runId} rejections={rejections} />
    </>
  )
}

function Pages({ runId, rejections: { group, page, pages } }: { runId: string; rejections: Rejections }) {
  if (pages === 1) return null
  const pathOf = (rows: number) => runQuestionPath(runId, { reason: group?.id ?? null, rows }, 'rejected')
  return (
    <nav className="pages" aria-label="Pages of rows">
      {page > 1 && <a href={pathOf(page - 1)}>Earlier rows</a>}
      <span className="muted">
        Page {formatCount(page)} of {formatCount(pages)}
      </span>
      {page < pages && <a href={pathOf(page + 1)}>Further rows</a>}
    </nav>
  )
}
