import { ColumnTable } from '#app/_ui/feeds/column-table.tsx'
import { filteredCataloguePath } from '#app/_ui/paths.ts'
import { Facts, Section } from '#app/_ui/section.tsx'
import type { AssetPage } from '#lib/queries/pages/asset-page.ts'

const TOLD_BY = { discovery: 'as its own system shows them', push: 'as they were pushed last' }
const IN_PART = 'as far as they are documented: there may be others'

/** What others tell of it: its columns, its labels and owner there, where people see it; nothing where nobody tells any of it. */
export function OwnSystem({ facts, connection, contract }: Pick<AssetPage, 'facts' | 'connection' | 'contract'>) {
  if (facts === undefined) return null
  const { columns, toldBy, areInPart, description, owner, url, labels } = facts
  const isTold = description !== null || owner !== null || url !== null || Object.keys(labels).length > 0
  return (
    <>
      {isTold && (
        <Section title={`In ${connection}`}>
          {description !== null && (
            <p className="max-w-[720px]" dir="auto">
              {description}
            </p>
          )}
          <Facts
            facts={[
              ['Owner there', owner],
              ...Object.entries(labels).map(([name, value]) => [name.replaceAll('_', ' '), labelLink(value)] as const),
              ['Seen by people at', url === null ? null : seenAt(url)],
            ]}
          />
        </Section>
      )}
      <ColumnTable
        columns={columns}
        note={toldBy === null ? undefined : areInPart ? IN_PART : TOLD_BY[toldBy]}
        areOfKeeping={contract?.isOfFiles === true && contract.held !== null}
      />
    </>
  )
}

/** To all that is labelled like it. */
function labelLink(value: string) {
  return (
    <a href={filteredCataloguePath({ q: value })} dir="auto">
      {value}
    </a>
  )
}

function seenAt(url: string) {
  return (
    <a href={url} rel="noreferrer">
      {new URL(url).host}
    </a>
  )
}
