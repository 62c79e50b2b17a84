import type { ReactNode } from 'react'
import { cataloguePath } from '#app/_ui/paths.ts'
import { LEGEND_ORDER } from '#app/_ui/status-labels.ts'
import { ASSET_KINDS, CONTRACT_STATES, ENTRY_KINDS, ENTRY_STATES } from '#lib/domain/search/entry.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import { type CatalogueView, UNFILTERED } from '#lib/queries/catalogue/catalogue-view.ts'
import { FILTERS, type Filter, kindsMeant } from '#lib/queries/catalogue/search-catalogue.ts'
import { type Asked, askedPath } from './catalogue-question.ts'
import { CONTRACTS, KINDS, STATES } from './entry-words.ts'

interface FiltersProps {
  asked: Asked
  view: CatalogueView
}

/** What to look for and where: a plain form and plain links, so that the address says it all. */
export function Filters({ asked, view }: FiltersProps) {
  const { kind, state, status, contract } = asked.question
  const isNarrowed = FILTERS.some((filter) => asked.question[filter] !== null)
  const kept = Object.entries({ kind, state, status, contract })
  return (
    <search className="mb-6 block space-y-3 print:hidden">
      <form className="flex flex-wrap items-center gap-2" action={cataloguePath}>
        <input
          type="search"
          className="min-w-0 flex-[1_1_320px] max-sm:basis-[60%]"
          name="q"
          defaultValue={asked.q}
          placeholder="Name, column, owner, folder, or why it exists"
          aria-label="Find by name, column, owner, contract, folder or reason"
          autoComplete="off"
        />
        <Choice name="group" all="All groups" asked={asked} view={view} words={(key) => view.groupNames.get(key) ?? key} />
        <Choice name="connection" all="All connections" asked={asked} view={view} />
        <Choice name="owner" all="All owners" asked={asked} view={view} />
        {kept.map(([name, value]) => value !== null && <input key={name} type="hidden" name={name} value={value} />)}
        <button type="submit" className="button">
          Show
        </button>
        {isNarrowed && <a href={askedPath({ q: asked.q, question: { ...UNFILTERED, search: asked.question.search } })}>Show all</a>}
      </form>
      <Chips asked={asked} view={view} />
    </search>
  )
}

interface ChoiceProps extends FiltersProps {
  name: 'group' | 'connection' | 'owner'
  all: string
  words?: (value: string) => string
}

/** The values of a filter with how many there are of each; nothing where there is no choice. */
function Choice({ name, all, asked, view, words = (value) => value }: ChoiceProps) {
  const chosen = asked.question[name]
  const values = view.answer.counts[name]
  if (values.length < 2 && chosen === null) return null
  const isListed = chosen === null || values.some(({ value }) => value === chosen)
  return (
    <select
      name={name}
      defaultValue={chosen ?? ''}
      aria-label={all.replace('All ', 'Which of the ')}
      className="max-w-46 max-sm:min-w-0 max-sm:max-w-none max-sm:flex-[1_1_40%]"
    >
      <option value="">{all}</option>
      {!isListed && <option value={chosen}>{words(chosen)}</option>}
      {values.map(({ value, count }) => (
        <option key={value} value={value}>
          {words(value)} ({formatCount(count)})
        </option>
      ))}
    </select>
  )
}

function Chips({ asked, view }: FiltersProps) {
  const kinds = kindsMeant(asked.question)
  return (
    <div className="flex flex-wrap gap-x-6 gap-y-2">
      <Row label="Kinds" filter="kind" values={ENTRY_KINDS} asked={asked} view={view} words={(kind) => KINDS[kind][1]} meant={kinds} />
      <Row
        label="In the catalogue or not"
        filter="state"
        values={ENTRY_STATES}
        asked={asked}
        view={view}
        words={(state) => STATES[state]}
        icon={iconOfState}
      />
      <Row
        label="Statuses"
        filter="status"
        values={[...LEGEND_ORDER, 'none'] as const}
        asked={asked}
        view={view}
        words={(status) => statusInWords(status === 'none' ? null : status)}
        icon={(status) => status}
        unit={kinds?.every((kind) => ASSET_KINDS.includes(kind)) ? 'Assets' : undefined}
      />
      <Row label="Contracts" filter="contract" values={CONTRACT_STATES} asked={asked} view={view} words={(state) => CONTRACTS[state]} />
    </div>
  )
}

const iconOfState = (state: string) => (state === 'adopted' ? null : state)

interface RowProps<V extends string> extends FiltersProps {
  label: string
  filter: Filter & ('kind' | 'state' | 'status' | 'contract')
  values: readonly V[]
  words: (value: V) => ReactNode
  icon?: (value: V) => string | null
  /** What is counted, where the same words are counted of something else elsewhere. */
  unit?: string | undefined
  /** What is meant where nothing is chosen. */
  meant?: readonly string[] | null
}

/** One filter as links; what is chosen is let go again by its own. Nothing where there is one value and nothing to choose. */
function Row<V extends string>({ label, filter, values, asked, view, words, icon, unit, meant }: RowProps<V>) {
  const counts = new Map(view.answer.counts[filter].map(({ value, count }) => [value, count]))
  const chosen = asked.question[filter]
  const shown = values.filter((value) => counts.has(value) || value === chosen)
  if (shown.length < 2 && chosen === null) return null
  return (
    <nav className="legend chips" aria-label={label}>
      {unit !== undefined && <p className="muted">{unit}</p>}
      {shown.map((value) => {
        const image = icon?.(value) ?? null
        const isBeside = chosen === null && meant != null && !meant.includes(value)
        return (
          <a
            key={value}
            href={askedPath(asked, { [filter]: chosen === value ? null : value })}
            className={isBeside || !counts.has(value) ? 'zero' : undefined}
            aria-current={chosen === value ? 'true' : undefined}
          >
            {image !== null && (
              <svg className="icon" aria-hidden="true">
                <use href={`#i-${image}`} />
              </svg>
            )}
            <span>
              {words(value)} <b>{formatCount(counts.get(value) ?? 0)}</b>
            </span>
          </a>
        )
      })}
    </nav>
  )
}
