import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { runPath } from '#app/_ui/paths.ts'
import { retryFilesPath } from '#app/_ui/runs/inbox-paths.ts'
import { Mark } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import type { FileState } from '#lib/domain/files/inbox-file.ts'
import { formatBytes } from '#lib/domain/wording/bytes.ts'
import { triesInWords } from '#lib/domain/wording/inbox-words.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { endsSentence } from '#lib/domain/wording/sentences.ts'
import type { ApiInboxFile } from '#lib/queries/api/file-answers.ts'

const STATES: Record<FileState, { icon: string; words: string }> = {
  arrived: { icon: 'none', words: 'Waits' },
  taken: { icon: 'running', words: 'Being read' },
  landed: { icon: 'fresh', words: 'Landed' },
  failed: { icon: 'stale', words: 'Failed' },
  gone: { icon: 'none', words: 'Gone' },
}

interface FilesProps {
  flow: string
  files: readonly ApiInboxFile[]
  takesActions: boolean
}

/** Files of an inbox, where each of them is and why; those that have not landed can be tried again. */
export function FileTable({ flow, files, takesActions }: FilesProps) {
  return (
    <table className="table stacked mt-4 w-full">
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col">State</th>
          <th scope="col">Arrived</th>
          <th scope="col" className="figures whitespace-nowrap">
            Size
          </th>
          <th scope="col" className="figures whitespace-nowrap">
            Rows
          </th>
          {takesActions && (
            <th scope="col">
              <span className="sr-only">What can be done</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {files.map((file) => (
          <FileRow key={file.id} flow={flow} file={file} takesActions={takesActions} />
        ))}
      </tbody>
    </table>
  )
}

function FileRow({ flow, file, takesActions }: Omit<FilesProps, 'files'> & { file: ApiInboxFile }) {
  const name = nameOf(file)
  return (
    <tr>
      <th scope="row" className="text-start font-medium wrap-anywhere md:w-2/5" dir="auto">
        {name}
      </th>
      <td data-label="State" className="wrap-anywhere">
        <State file={file} />
      </td>
      <td data-label="Arrived">
        <Time at={Date.parse(file.arrivedAt)} />
        <Age at={Date.parse(file.arrivedAt)} brackets past />
      </td>
      <td data-label="Size" className={file.bytes === null ? 'figures absent' : 'figures whitespace-nowrap'}>
        {file.bytes !== null && formatBytes(file.bytes)}
      </td>
      <td data-label="Rows" className={file.rows === null ? 'figures absent' : 'figures'}>
        {file.rows !== null && <span className="whitespace-nowrap">{formatCount(file.rows)}</span>}
        {file.rejected !== null && file.rejected > 0 && <span className="muted"> {formatCount(file.rejected)} put aside</span>}
      </td>
      {takesActions && (
        <td className="whitespace-nowrap max-md:col-span-full max-md:mt-2 md:pe-0 md:text-end">
          {isWorthATry(file) && (
            <ActionForm action={retryFilesPath(flow)} fields={{ file: file.id }}>
              Try again<span className="sr-only">: {name}</span>
            </ActionForm>
          )}
        </td>
      )}
    </tr>
  )
}

function nameOf({ bucket, key }: ApiInboxFile): string {
  return bucket === '' ? key : `${bucket}/${key}`
}

/** It has failed, or waits for its next try. */
function isWorthATry({ state, tries }: ApiInboxFile): boolean {
  return state === 'failed' || (state === 'arrived' && tries > 0)
}

/** Where it is, and why; which run read it. */
function State({ file: { state, reason, tries, dueAt, run } }: { file: ApiInboxFile }) {
  const { icon, words } = STATES[state]
  const tried = triesInWords(tries)
  return (
    <>
      <Mark icon={icon}>{words}</Mark>
      {run !== null && (
        <>
          {' '}
          <a href={runPath(run)}>its run</a>
        </>
      )}
      {(reason !== null || tried !== null) && (
        <p className="muted">
          {reason !== null && <bdi>{endsSentence(reason) ? reason : `${reason}.`}</bdi>}
          {tried !== null && state !== 'landed' && ` It was ${tried}.`}
          {state === 'arrived' && tries > 0 && dueAt !== null && (
            <>
              {' '}
              Again <Time at={Date.parse(dueAt)} />.
            </>
          )}
        </p>
      )}
    </>
  )
}
