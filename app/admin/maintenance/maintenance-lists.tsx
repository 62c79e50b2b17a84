import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { AnnouncedControls } from '#app/_ui/actions/announced-controls.tsx'
import { Because, NextTime, SeriesControls, subjectText } from '#app/_ui/actions/maintenance-action.tsx'
import { MaintenanceFields } from '#app/_ui/actions/maintenance-fields.tsx'
import { WorkSubject } from '#app/_ui/actions/work-subject.tsx'
import { Pager } from '#app/_ui/pager.tsx'
import { pageOf } from '#app/_ui/pages-of.ts'
import { adminPartPath, announcePath, resumePath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { MaintenancePage, WindowRow } from '#lib/queries/pages/maintenance-page.ts'

interface MaintenanceListsProps {
  found: MaintenancePage
  pageNumber: number
  /** Whether work on everything can be announced and ended here. */
  mayEverything: boolean
}

const PAST_SHOWN = 50

/** What is going on, planned, comes again and was, with what can be done about each. */
export function MaintenanceLists({ found, pageNumber, mayEverything }: MaintenanceListsProps) {
  const past = pageOf(found.past, pageNumber, PAST_SHOWN)
  return (
    <>
      <Announce subjects={found.subjects} mayEverything={mayEverything} />
      <Section title="Going on">
        <Windows rows={found.running} none="Nothing is paused or under maintenance." mayEverything={mayEverything} withControls />
      </Section>
      <Section title="Planned">
        <Windows rows={found.planned} none="Nothing is announced." mayEverything={mayEverything} isAhead withControls />
      </Section>
      <Section title="Recurring">
        <Recurring series={found.series} mayEverything={mayEverything} />
      </Section>
      <Section title="The last 90 days">
        <Windows rows={past.items} none="There was none." mayEverything={mayEverything} />
        <Pager of={past} what="windows" order="newest first" hrefOf={(number) => `${adminPartPath('maintenance')}?page=${number}`} />
      </Section>
    </>
  )
}

function Announce({ subjects, mayEverything }: Pick<MaintenancePage, 'subjects'> & { mayEverything: boolean }) {
  return (
    <div className="actions">
      <ActionForm
        action={announcePath}
        fields={{ back: 'admin' }}
        question="What turns late meanwhile shows as maintenance; what is late already stays so. Everybody who sees it reads it beforehand."
        yes="Announce it"
        inputs={
          <>
            <label>
              <span>
                Of what: feed:…, group:… or asset:…{mayEverything ? ', or everything' : ''}; the list has {subjects.length} groups and feeds
              </span>
              <input name="subject" list="subjects" required autoComplete="off" defaultValue={mayEverything ? 'everything' : ''} />
            </label>
            <datalist id="subjects">
              {mayEverything && <option value="everything">Everything on this page</option>}
              {subjects.map(({ text, name }) => (
                <option key={text} value={text}>
                  {name}
                </option>
              ))}
            </datalist>
            <MaintenanceFields isAboutEverything={mayEverything} />
          </>
        }
      >
        Announce maintenance…
      </ActionForm>
    </div>
  )
}

function Recurring({ series, mayEverything }: Pick<MaintenancePage, 'series'> & { mayEverything: boolean }) {
  if (series.length === 0) return <p className="muted">Nothing comes again.</p>
  return (
    <ul className="works">
      {series.map((one) => (
        <li key={one.id}>
          <p>
            <WorkSubject subject={one.subject} />
          </p>
          <p>
            <strong>{one.words}</strong>
            <NextTime series={one} />
          </p>
          {(one.subject !== null || mayEverything) && <SeriesControls series={one} back="admin" />}
        </li>
      ))}
    </ul>
  )
}

interface WindowsProps {
  rows: readonly WindowRow[]
  none: string
  mayEverything: boolean
  isAhead?: boolean
  withControls?: boolean
}

function Windows({ rows, none, mayEverything, isAhead = false, withControls = false }: WindowsProps) {
  if (rows.length === 0) return <p className="muted">{none}</p>
  return (
    <ul className="works">
      {rows.map((row) => (
        <li key={row.id}>
          <p>
            <WorkSubject subject={row.subject} />
          </p>
          <p>
            {row.kind === 'paused' && 'Paused: '}
            <Time at={row.from} form="long" /> – {row.until === null ? 'until somebody ends it' : <Time at={row.until} form="long" />}
            <Because note={row.note} by={row.by} />
            {row.repeats !== null && <span className="muted">Comes again: {row.repeats}.</span>}
          </p>
          {withControls && (row.subject !== null || mayEverything) && <Controls row={row} isAhead={isAhead} />}
        </li>
      ))}
    </ul>
  )
}

function Controls({ row, isAhead }: { row: WindowRow; isAhead: boolean }) {
  const name = row.subject?.name ?? 'everything'
  if (row.subject?.kind !== 'flow')
    return <AnnouncedControls of={{ window: row.id }} subject={subjectText(row.subject)} name={name} isAhead={isAhead} back="admin" />
  return (
    <div className="actions tight">
      <ActionForm action={resumePath} fields={{ subject: `flow:${row.subject.key}` }}>
        {isAhead ? 'Withdraw the pause' : 'End the pause'}
        <span className="sr-only"> of {name}</span>
      </ActionForm>
    </div>
  )
}
