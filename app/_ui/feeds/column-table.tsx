import { Section } from '#app/_ui/section.tsx'
import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'

interface ColumnTableProps {
  columns: readonly KnownColumn[]
  /** Who says so. */
  note?: string | undefined
  /** They only keep records that land: nobody is promised anything of them. */
  areOfKeeping?: boolean
}

const SHOWN = 12
/** Fewer are not worth a fold. */
const FOLDED_MIN = 4

/** The columns of a table with their types and what is said of them; of many the first, and the rest folded. */
export function ColumnTable({ columns, note, areOfKeeping = false }: ColumnTableProps) {
  if (columns.length === 0) return null
  const shown = columns.length < SHOWN + FOLDED_MIN ? columns.length : SHOWN
  const first = columns.slice(0, areOfKeeping ? 0 : shown)
  const rest = columns.slice(first.length)
  const isDescribed = columns.some(({ description }) => description !== null)
  return (
    <Section
      title={areOfKeeping ? 'Columns of the table' : 'Columns'}
      note={`${formatCount(columns.length)}${note === undefined ? '' : `, ${note}`}`}
    >
      {first.length > 0 && <Rows columns={first} isDescribed={isDescribed} />}
      {rest.length > 0 && (
        <details className="fold">
          <summary>
            {areOfKeeping
              ? 'The columns that keep its records; the fields of a record stand in its contract'
              : `and ${formatCount(rest.length)} more`}
          </summary>
          <Rows columns={rest} isDescribed={isDescribed} />
        </details>
      )}
    </Section>
  )
}

function Rows({ columns, isDescribed }: { columns: readonly KnownColumn[]; isDescribed: boolean }) {
  return (
    <table className="table stacked w-full table-fixed">
      <thead>
        <tr>
          <th scope="col" className="w-72">
            Column
          </th>
          <th scope="col" className={isDescribed ? 'w-56' : undefined}>
            Type
          </th>
          {isDescribed && <th scope="col">What it says</th>}
        </tr>
      </thead>
      <tbody>
        {columns.map(({ name, type, description }) => (
          <tr key={name}>
            <th scope="row" className="font-normal">
              <code dir="auto">{name}</code>
            </th>
            <td data-label="Type" className={type === null ? 'absent' : 'muted'}>
              {type ?? '–'}
            </td>
            {isDescribed && (
              <td data-label="What it says" className={description === null ? 'absent' : 'col-span-full'} dir="auto">
                {description ?? '–'}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
