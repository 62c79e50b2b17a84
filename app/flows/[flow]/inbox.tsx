import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { Note } from '#app/_ui/note.tsx'
import { flowFilesPath, retryFilesPath } from '#app/_ui/runs/inbox-paths.ts'
import { Facts, Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { FileState } from '#lib/domain/files/inbox-file.ts'
import { landedInWords, unlandedInWords } from '#lib/domain/wording/inbox-words.ts'
import { counted, formatCount } from '#lib/domain/wording/numbers.ts'
import { endsSentence } from '#lib/domain/wording/sentences.ts'
import type { InboxSummary } from '#lib/queries/inbox/inbox-summary.ts'
import type { FilesAsked, FlowPage } from '#lib/queries/pages/flow-page.ts'
import { FileTable } from './file-table.tsx'

interface InboxProps {
  flow: string
  inbox: NonNullable<FlowPage['inbox']>
  asked: FilesAsked
  takesActions: boolean
}

/** What became of the files that a flow was told of or has seen, the latest first. */
export function Inbox({ flow, inbox: { summary, files }, asked, takesActions }: InboxProps) {
  return (
    <div id="files">
      <Section title="Files" note={<Filter flow={flow} state={asked.state} />}>
        {summary.blind !== null && <Blind blind={summary.blind} />}
        <Shares summary={summary} />
        {takesActions && summary.now.failed > 0 && (
          <div className="my-4">
            <RetryAll flow={flow} failed={summary.now.failed} />
          </div>
        )}
        {files.items.length === 0 ? (
          <p className="muted">{NONE[asked.state ?? 'any']}</p>
        ) : (
          <FileTable flow={flow} files={files.items} takesActions={takesActions} />
        )}
        <nav className="pages" aria-label="Pages of files">
          {asked.cursor !== undefined && <a href={flowFilesPath(flow, { files: asked.state ?? null })}>Back to the latest</a>}
          {files.next !== null && <a href={flowFilesPath(flow, { files: asked.state ?? null, before: files.next })}>Earlier files</a>}
        </nav>
      </Section>
    </div>
  )
}

const NONE = {
  any: 'No file has arrived yet.',
  arrived: 'No file waits.',
  taken: 'No file is being read.',
  landed: 'No file has landed.',
  failed: 'No file has failed.',
  gone: 'No file was replaced or removed before it was read.',
}

const CHOICES: readonly [FileState | null, string][] = [
  [null, 'All'],
  ['failed', 'Failed'],
  ['arrived', 'Waiting'],
  ['landed', 'Landed'],
]

function Filter({ flow, state }: { flow: string; state: FileState | undefined }) {
  return (
    <span className="flex flex-wrap gap-x-4">
      {CHOICES.map(([choice, words]) =>
        (state ?? null) === choice ? (
          <strong key={words} className="text-ink" aria-current="true">
            {words}
          </strong>
        ) : (
          <a key={words} href={flowFilesPath(flow, { files: choice })}>
            {words}
          </a>
        ),
      )}
    </span>
  )
}

function Blind({ blind: { since, where, problem } }: { blind: NonNullable<InboxSummary['blind']> }) {
  return (
    <Note icon="unknown">
      <p>
        Whether files have arrived is unknown
        {since !== null && (
          <>
            {' '}
            since <Time at={since} />
          </>
        )}
        : <Where where={where} isNew={since === null} />
      </p>
      {problem !== null && <p className="muted">{endsSentence(problem) ? problem : `${problem}.`}</p>}
    </Note>
  )
}

function Where({ where, isNew }: { where: string | null; isNew: boolean }) {
  if (where === null) return 'no worker runs.'
  return (
    <>
      nobody {isNew ? 'has seen' : 'can see'} <bdi>{where}</bdi>
      {isNew ? ' yet.' : '.'}
    </>
  )
}

/** A stopped inbox has no share: what is not seen is not known to have landed. */
function Shares({ summary: { lastHour, lastDay, now, blind } }: { summary: InboxSummary }) {
  const share = (files: InboxSummary['lastHour']) =>
    blind === null ? landedInWords(files) : `Unknown; ${formatCount(files.landed)} of ${counted(files.arrived, 'file')} that were seen`
  return (
    <Facts
      facts={[
        ['Landed, last hour', share(lastHour)],
        ['Landed, last day', share(lastDay)],
        ['Now', unlandedInWords(now)],
      ]}
    />
  )
}

function RetryAll({ flow, failed }: { flow: string; failed: number }) {
  return (
    <ActionForm
      action={retryFilesPath(flow)}
      question={
        failed === 1
          ? 'The file that has failed is read again by the next run.'
          : `All ${formatCount(failed)} files that have failed are read again by the next run.`
      }
      yes={failed === 1 ? 'Try it again' : 'Try them all again'}
    >
      Try {failed === 1 ? 'the failed file' : 'all failed files'} again
    </ActionForm>
  )
}
