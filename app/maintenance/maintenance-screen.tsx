import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { subjectText } from '#app/_ui/actions/maintenance-action.tsx'
import { type MaintenanceDraft, MaintenanceFields, WindowFields } from '#app/_ui/actions/maintenance-fields.tsx'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { adminPartPath, announcePath, changeMaintenancePath, overviewPath, subjectPath } from '#app/_ui/paths.ts'
import type { MaintenanceAsked, MaintenanceForm } from '#lib/queries/pages/maintenance-form.ts'

interface MaintenanceScreenProps {
  form: MaintenanceForm
  asked: MaintenanceAsked
  draft: MaintenanceDraft
  meaning: { isWrong: boolean; words: string } | null
  back?: 'admin' | undefined
}

/** The form of announced work on a page of its own. */
export function MaintenanceScreen({ form, asked, draft, meaning, back }: MaintenanceScreenProps) {
  const { page, now, banners, subject } = form
  const isNew = asked.kind === 'subject'
  const number = isNew ? {} : { [asked.kind]: String(asked.id) }
  const fields = { subject: subjectText(subject), ...number, ...(back === undefined ? {} : { back }) }
  return (
    <PageShell page={page} now={now} banners={banners} shows={null} crumbs={crumbsOf(form, back)}>
      <header className="max-w-[880px] pt-4 pb-6">
        <h1>{isNew ? 'Announce maintenance' : asked.kind === 'series' ? 'Change what comes again' : 'Change announced work'}</h1>
        <p className="lead" dir="auto">
          {subject === null ? 'Everything on this page' : `Of the ${subject.kind} ${subject.name}.`}
          {asked.kind === 'series' && ' What is going on and what was stays as it is; what lies ahead is made anew.'}
          {asked.kind === 'window' && form.hasBegun && ' It has begun: its begin stays, and what it hid until now.'}
        </p>
      </header>
      {meaning !== null && (
        <p className={`rounded bg-sheet px-4 py-3 max-w-[640px] ${meaning.isWrong ? 'text-stale-text' : 'font-semibold'}`} role="status">
          {meaning.words}
        </p>
      )}
      <div className="mt-6 max-w-[640px]">
        <ActionForm
          action={isNew ? announcePath : changeMaintenancePath}
          fields={fields}
          inputs={
            asked.kind === 'window' ? (
              <WindowFields draft={draft} hasBegun={form.hasBegun} isAboutEverything={subject === null} />
            ) : (
              <MaintenanceFields draft={draft} isRule={!isNew} isAboutEverything={subject === null} />
            )
          }
        >
          {isNew ? 'Announce it' : 'Change it'}
        </ActionForm>
      </div>
    </PageShell>
  )
}

function crumbsOf({ subject }: MaintenanceForm, back: 'admin' | undefined): (readonly [string, string])[] {
  if (subject === null || back === 'admin') return [['Maintenance', adminPartPath('maintenance')]]
  return [
    ['All feeds', overviewPath],
    [subject.name, subjectPath(subject)],
  ]
}
