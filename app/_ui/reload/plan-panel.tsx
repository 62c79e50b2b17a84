'use client'
import { useId, useState } from 'react'
import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { WhyInput } from '#app/_ui/actions/inputs.tsx'
import { Listed } from '#app/_ui/listed.tsx'
import { assetPath, feedPath, lookNowPath, orderReloadPath, requestRunPath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import { type DateRange, dateRangeOf, daysInRange, RANGE_DAYS_MAX } from '#lib/catalogue/resolve/date-range.ts'
import type { ParameterField } from '#lib/catalogue/resolve/parameter-fields.ts'
import type { PlannedStep, ReloadPlan } from '#lib/commands/orders/plan-reload.ts'
import { conditionsInWords, whyNoDate } from '#lib/domain/wording/again-words.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { reasonInWords } from '#lib/domain/wording/words.ts'
import type { ReloadForm } from '#lib/queries/runs/reload-form.ts'
import { Causes } from './causes.tsx'
import { StartedElsewhere } from './elsewhere.tsx'
import { OnlyWatched } from './owner.tsx'
import { StepName } from './step-name.tsx'

interface PlanProps {
  plan: ReloadPlan
  form: ReloadForm | null
  /** With JavaScript, where it unfolds in place. */
  onOrdered?: () => void
}

/** What a reload would do, in words, and the button that orders it. */
export function PlanPanel({ plan, form, onOrdered }: PlanProps) {
  if (plan.steps.length === 0) return <WatchedOnly plan={plan} />
  return (
    <>
      <h2 className="text-base">{plan.steps.length === 1 ? 'This will run' : 'These will run, one after the other'}</h2>
      <ol className="reload-steps">
        {plan.steps.map((step) => (
          <li key={step.position}>
            <PlannedLine step={step} isOnly={plan.steps.length === 1} />
          </li>
        ))}
      </ol>
      <p>
        <Again plan={plan} /> <Dependants plan={plan} />
      </p>
      {plan.feed.heldBy !== null && <p>It runs all the same, but is not judged: {reasonInWords(plan.feed.heldBy)}.</p>}
      <Causes plan={plan} />
      <ActionForm
        action={orderReloadPath(plan.feed.key)}
        inputs={<Inputs form={form} />}
        {...(onOrdered !== undefined && { onDone: onOrdered })}
      >
        Reload now
      </ActionForm>
      {form?.canDryRun === true && (
        <ActionForm action={requestRunPath(form.flow)} fields={{ parameters: { dryRun: true } }}>
          Dry run first: say what would change
        </ActionForm>
      )}
    </>
  )
}

function PlannedLine({ step, isOnly }: { step: PlannedStep; isOnly: boolean }) {
  const { flow, job, jobName, isOwn, usualMs, writes } = step
  return (
    <>
      <StepName flow={flow} job={job} jobName={jobName} />
      {writes.length > 0 && (
        <>
          {' writes '}
          <Listed items={firstOf(writes).map(({ key, name }) => ({ key, shown: <a href={assetPath(key)}>{name}</a> }))} />
          {writes.length > WRITES_SHOWN && ` and ${writes.length - WRITES_SHOWN} more`}
        </>
      )}
      <span className="muted">
        {!isOwn && !isOnly && ', which this is made from'}
        {usualMs !== null && ` · usually ${formatDuration(usualMs)}`}
      </span>
    </>
  )
}

/** A job may write a hundred tables. */
const WRITES_SHOWN = 5
const firstOf = <T,>(writes: readonly T[]) => writes.slice(0, WRITES_SHOWN)

function Again({ plan: { goodAgain, feed } }: Pick<PlanProps, 'plan'>) {
  const isOnlyDone = feed.isFresh || feed.heldBy !== null
  if (goodAgain.kind === 'no-date')
    return (
      <>
        Nobody can say when it is {isOnlyDone ? 'done' : 'good again'}: {whyNoDate({ ...goodAgain, ask: null })}.
      </>
    )
  return (
    <>
      {isOnlyDone ? 'Done' : 'Good again'} about <Time at={goodAgain.at} />
      {conditionsInWords({ ...goodAgain, ifSucceeding: [] })}.
    </>
  )
}

const SHOWN = 3

function Dependants({ plan: { dependants } }: Pick<PlanProps, 'plan'>) {
  if (dependants.length === 0) return <>No other feed depends on it.</>
  const more = dependants.length - SHOWN
  const items = dependants.slice(0, SHOWN).map(({ key, name }) => ({ key, shown: <a href={feedPath(key)}>{name}</a> }))
  return (
    <>
      {dependants.length === 1 ? 'One feed depends on it: ' : `${dependants.length} feeds depend on it: `}
      <Listed items={more > 0 ? [...items, { key: 'more', shown: `${more} more` }] : items} />.
    </>
  )
}

function WatchedOnly({ plan }: Pick<PlanProps, 'plan'>) {
  const { key, name, owner } = plan.feed
  const own = plan.elsewhere.filter(({ isOwn }) => isOwn)
  return (
    <>
      <p>
        <OnlyWatched name={name} owner={owner} isLoadedElsewhere={own.length > 0} />
      </p>
      {own.length > 0 && <StartedElsewhere jobs={own} />}
      <Causes plan={plan} />
      <ActionForm action={lookNowPath(key)}>Look now</ActionForm>
    </>
  )
}

function Inputs({ form }: Pick<PlanProps, 'form'>) {
  const fields = form?.fields ?? []
  const range = dateRangeOf(fields)
  const others = fields.filter(({ name }) => name !== range?.from && name !== range?.to)
  return (
    <>
      {range !== null && <Backfill range={range} fields={fields} />}
      {others.length > 0 && (
        <details className="fold w-full">
          <summary>With other parameters than usual</summary>
          <div className="mt-3 grid gap-3">
            {others.map((field) => (
              <Field key={field.name} field={field} />
            ))}
          </div>
        </details>
      )}
      <WhyInput name="reason" />
    </>
  )
}

/** From which day to which it is loaded again. */
function Backfill({ range, fields }: { range: DateRange; fields: readonly ParameterField[] }) {
  const [days, setDays] = useState({ from: '', to: '' })
  return (
    <details className="fold w-full">
      <summary>Load a range of days again</summary>
      <div className="mt-3 grid grid-cols-2 gap-3 max-sm:grid-cols-1">
        {(['from', 'to'] as const).map((end) => (
          <label key={end}>
            <span>{end === 'from' ? 'From' : 'To'}</span>
            <span className="muted small block">{fields.find(({ name }) => name === range[end])?.description}</span>
            <input
              type="date"
              name={`p.${range[end]}`}
              min={end === 'to' ? days.from : undefined}
              onChange={({ target }) => setDays({ ...days, [end]: target.value })}
            />
          </label>
        ))}
        <output className="muted col-span-full">{rangeInWords(days)}</output>
      </div>
    </details>
  )
}

function rangeInWords({ from, to }: { from: string; to: string }): string {
  const days = daysInRange(from, to)
  if (days === null) return `At most ${RANGE_DAYS_MAX} days, by one run. Left empty, it loads what it usually does.`
  if (days < 1) return 'It ends before it begins.'
  return `${days} ${days === 1 ? 'day' : 'days'}, by one run${days > RANGE_DAYS_MAX ? `: more than the ${RANGE_DAYS_MAX} that are loaded at once` : ''}.`
}

const USUAL = 'as usual'

function Field({ field }: { field: ParameterField }) {
  const { name, kind, description, preset, choices } = field
  const id = useId()
  const options = kind === 'switch' ? ['true', 'false'] : choices
  const usual = preset === null ? USUAL : `${USUAL}: ${preset}`
  return (
    <label htmlFor={id}>
      <span>
        {name}
        {kind === 'list' && ', with commas'}
      </span>
      {description !== null && <span className="muted small block">{description}</span>}
      {options.length > 0 ? (
        <select id={id} name={`p.${name}`}>
          <option value="">{usual}</option>
          {options.map((option) => (
            <option key={option} value={option}>
              {kind === 'switch' ? (option === 'true' ? 'yes' : 'no') : option}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          name={`p.${name}`}
          type={kind === 'date' ? 'date' : 'text'}
          inputMode={kind === 'number' ? 'decimal' : undefined}
          placeholder={usual}
          autoComplete="off"
        />
      )}
    </label>
  )
}
