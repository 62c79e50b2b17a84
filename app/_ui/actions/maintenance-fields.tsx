'use client'

import { usePageTime } from '#app/_ui/zone.tsx'
import { zoneCity } from '#lib/domain/wording/dates.ts'
import { LengthInput, WhyInput } from './inputs.tsx'
import { MaintenancePreview } from './maintenance-preview.tsx'

/** What the fields begin with, by their names. */
export type MaintenanceDraft = Readonly<Record<string, string>>

const LENGTHS = [
  ['30m', '30 minutes'],
  ['1h', '1 hour'],
  ['2h', '2 hours'],
  ['4h', '4 hours'],
  ['8h', '8 hours'],
  ['1d', 'a day'],
  ['3d', '3 days'],
] as const

const WEEKDAYS = [
  ['mon', 'Mon'],
  ['tue', 'Tue'],
  ['wed', 'Wed'],
  ['thu', 'Thu'],
  ['fri', 'Fri'],
  ['sat', 'Sat'],
  ['sun', 'Sun'],
] as const

const WHENS = [
  ['now', 'Now'],
  ['once', 'Once'],
  ['recurring', 'Again and again'],
] as const

interface FieldsProps {
  draft?: MaintenanceDraft
  /** What is about everything is read by everybody. */
  isAboutEverything?: boolean
  /** Only the rule of what comes again is changed here. */
  isRule?: boolean
}

/** When work is and why, to be sent by the form around it. What is not asked for is hidden by style alone, so that it works without JavaScript. */
export function MaintenanceFields({ draft = {}, isAboutEverything = false, isRule = false }: FieldsProps) {
  const chosen = isRule ? 'recurring' : (draft['when'] ?? 'now')
  return (
    <div className="maintenance">
      {isRule ? (
        <input type="hidden" name="when" value="recurring" />
      ) : (
        <fieldset className="choice">
          <legend>When</legend>
          {WHENS.map(([value, words]) => (
            <label key={value}>
              <input type="radio" name="when" value={value} defaultChecked={value === chosen} /> {words}
            </label>
          ))}
        </fieldset>
      )}
      {!isRule && <Now draft={draft} />}
      {!isRule && <Once draft={draft} />}
      <Recurring draft={draft} />
      <Why draft={draft} isAboutEverything={isAboutEverything} />
      <MaintenancePreview />
    </div>
  )
}

/** From when until when one window is, and why. */
export function WindowFields({
  draft,
  hasBegun,
  isAboutEverything,
}: {
  draft: MaintenanceDraft
  hasBegun: boolean
  isAboutEverything: boolean
}) {
  const { pageZone } = usePageTime()
  return (
    <div className="maintenance">
      {hasBegun ? (
        <input type="hidden" name="from" value="" />
      ) : (
        <label>
          <span>From, in {zoneCity(pageZone)} time</span>
          <input type="datetime-local" name="from" defaultValue={draft['from']} required />
        </label>
      )}
      <label>
        <span>Until, in {zoneCity(pageZone)} time; until somebody ends it, if left empty</span>
        <input type="datetime-local" name="to" defaultValue={draft['to']} />
      </label>
      <Why draft={draft} isAboutEverything={isAboutEverything} />
    </div>
  )
}

const SEEN_BY_ALL = 'Why. Everybody sees this when it is about everything: name no system, feed or person that is not for all'

function Why({ draft, isAboutEverything }: Part & { isAboutEverything: boolean }) {
  return <WhyInput name="note" preset={draft['note']} {...(isAboutEverything && { words: SEEN_BY_ALL })} />
}

type Part = Required<Pick<FieldsProps, 'draft'>>

function Now({ draft }: Part) {
  return (
    <div className="when-now">
      <LengthInput words="For" of={LENGTHS} preset={draft['for'] ?? '2h'} />
    </div>
  )
}

function Once({ draft }: Part) {
  const { pageZone } = usePageTime()
  return (
    <div className="when-once">
      <label>
        <span>From, in {zoneCity(pageZone)} time</span>
        <input type="datetime-local" name="from" defaultValue={draft['from']} />
      </label>
      <label>
        <span>Until</span>
        <input type="datetime-local" name="to" defaultValue={draft['to']} />
      </label>
    </div>
  )
}

function Recurring({ draft }: Part) {
  const { pageZone } = usePageTime()
  return (
    <div className="when-recurring">
      <Days draft={draft} />
      <label>
        <span>From, in {zoneCity(pageZone)} time</span>
        <input type="time" name="begins" defaultValue={draft['begins'] ?? '02:00'} />
      </label>
      <label>
        <span>Until</span>
        <input type="time" name="ends" defaultValue={draft['ends'] ?? '04:00'} />
      </label>
      <label>
        <span>First day; today, if left empty</span>
        <input type="date" name="first" defaultValue={draft['first']} />
      </label>
      <label>
        <span>Last day; none, if left empty</span>
        <input type="date" name="last" defaultValue={draft['last']} />
      </label>
    </div>
  )
}

function Days({ draft }: Part) {
  const days = draft['days'] ?? 'week'
  const isNew = draft['begins'] === undefined
  return (
    <>
      <fieldset className="choice">
        <legend>On</legend>
        <label>
          <input type="radio" name="days" value="week" defaultChecked={days === 'week'} /> weekdays
        </label>
        <label>
          <input type="radio" name="days" value="month" defaultChecked={days === 'month'} /> a day of the month
        </label>
      </fieldset>
      <fieldset className="choice days-week">
        <legend className="sr-only">Weekdays</legend>
        {WEEKDAYS.map(([name, words]) => (
          <label key={name}>
            <input type="checkbox" name={name} defaultChecked={draft[name] !== undefined || (isNew && name === 'sun')} /> {words}
          </label>
        ))}
      </fieldset>
      <label className="days-month col-span-full">
        <span>Day; 31 is the last one</span>
        <input type="number" name="monthDay" min={1} max={31} defaultValue={draft['monthDay'] ?? '1'} />
      </label>
      <label className="col-span-full">
        <span>Every how many weeks or months</span>
        <input type="number" name="interval" min={1} max={12} defaultValue={draft['interval'] ?? '1'} />
      </label>
    </>
  )
}
