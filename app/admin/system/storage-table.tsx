import { formatBytes } from '#lib/domain/wording/bytes.ts'
import { dayName } from '#lib/domain/wording/dates.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { Storage, TableGrowth } from '#lib/queries/pages/system-page.ts'

const SHOWN = 10

/** The tables of Tidemark's own by size, and how they grew. */
export function StorageTable({ storage }: { storage: Storage }) {
  const { tables, grownSince } = storage
  return (
    <>
      <Tables tables={tables.slice(0, SHOWN)} grownSince={grownSince} />
      {tables.length > SHOWN && (
        <details className="fold">
          <summary>{`${tables.length - SHOWN} smaller ones`}</summary>
          <Tables tables={tables.slice(SHOWN)} grownSince={grownSince} />
        </details>
      )}
      {grownSince === null && <p className="muted mt-2 text-sm">Growth is told from the second day on: sizes are noted once a night.</p>}
    </>
  )
}

function Tables({ tables, grownSince }: { tables: readonly TableGrowth[]; grownSince: string | null }) {
  return (
    <table className="table stacked">
      <thead>
        <tr>
          <th scope="col">Table</th>
          <th scope="col" className="figures">
            Size
          </th>
          <th scope="col" className="figures">
            Rows, about
          </th>
          {grownSince !== null && (
            <th scope="col" className="figures">
              Since {dayName(grownSince)}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {tables.map(({ table, bytes, rows, grown }) => (
          <tr key={table}>
            <th scope="row">
              <code>{table}</code>
            </th>
            <td data-label="Size" className="figures">
              {formatBytes(bytes)}
            </td>
            <td data-label="Rows, about" className="figures">
              {formatCount(rows)}
            </td>
            {grownSince !== null && (
              <td data-label={`Since ${dayName(grownSince)}`} className="figures">
                {growthInWords(grown)}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function growthInWords(grown: number | null): string {
  if (grown === null) return 'not measured then'
  if (grown === 0) return 'no more'
  return grown > 0 ? `+${formatBytes(grown)}` : formatBytes(grown)
}
