import { adminPartPath } from '#app/_ui/paths.ts'
import { ScrollArea } from '#app/_ui/scroll-area.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { DifferentLine, DifferentPart } from '#lib/catalogue/compare/compare-documents.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { CatalogueComparison } from '#lib/queries/pages/catalogue-page.ts'
import { ADMIN_CRUMB, AdminShell } from '../../admin-shell.tsx'

const CRUMBS = [ADMIN_CRUMB, ['Catalogue', adminPartPath('catalogue')]] as const

/** Longer ones are folded, and all of them where there are many lines, so that the list of what changed stays in sight. */
const LINES_SHOWN = 40
const ALL_LINES_SHOWN = 300

/** What differs between two versions of the catalogue, part by part. */
export function CompareScreen({ found, actor }: { found: CatalogueComparison; actor: Pick<Actor, 'role'> }) {
  const { from, to, parts, frame } = found
  const all = parts.reduce((sum, part) => sum + lineCount(part), 0)
  return (
    <AdminShell frame={frame} actor={actor} part="catalogue" title={headline(found)} lead={countInWords(parts)} crumbs={CRUMBS}>
      <p className="muted mb-6">
        {from === null ? (
          'There was none before.'
        ) : (
          <>
            − version {from.id}, in force from <Time at={from.acceptedAt} form="long" />
          </>
        )}
        <br />+ version {to.id}, in force from <Time at={to.acceptedAt} form="long" />
      </p>
      {parts.length === 0 ? (
        <p className="lead">{sameInWords(found)}</p>
      ) : (
        <ol>
          {parts.map((part) => (
            <li key={part.path.join('\n')} className="border-t border-line-strong py-4">
              <Part part={part} isOpen={lineCount(part) <= LINES_SHOWN && all <= ALL_LINES_SHOWN} />
            </li>
          ))}
        </ol>
      )}
    </AdminShell>
  )
}

function headline({ from, to }: CatalogueComparison): string {
  return from === null ? `The first catalogue, version ${to.id}` : `From version ${from.id} to version ${to.id}`
}

const KINDS = [
  ['added', 'new'],
  ['removed', 'gone'],
  ['changed', 'changed'],
] as const satisfies readonly (readonly [DifferentPart['kind'], string])[]

function countInWords(parts: readonly DifferentPart[]): string {
  const counts = KINDS.map(([kind, words]) => [parts.filter((part) => part.kind === kind).length, words] as const)
  const told = counts
    .filter(([count]) => count > 0)
    .map(([count, words], index) => `${formatCount(count)} ${index > 0 ? '' : count === 1 ? 'part ' : 'parts '}${words}`)
  return told.length === 0 ? 'Nothing was written differently.' : `${told.join(', ')}.`
}

function sameInWords({ from, to, isSchemaChanged }: CatalogueComparison): string {
  if (from?.id === to.id) return 'This is one and the same version.'
  if (isSchemaChanged)
    return 'The files say the same; what connectors and flows take has changed, as after an upgrade of Tidemark or of a flow.'
  return 'The files say the same in another order, or another way of writing it, or what follows from them has changed.'
}

function lineCount({ stretches }: DifferentPart): number {
  return (stretches ?? []).reduce((sum, stretch) => sum + stretch.length, 0)
}

function Part({ part, isOpen }: { part: DifferentPart; isOpen: boolean }) {
  const { path, kind, stretches } = part
  const lines = lineCount(part)
  const heading = (
    <h2 className="inline">
      <Path path={path} /> <span className="tag">{KINDS.find(([key]) => key === kind)?.[1]}</span>
    </h2>
  )
  if (stretches === null)
    return (
      <>
        {heading}
        <p className="muted">Nearly everything in it differs: too much to be shown line by line.</p>
      </>
    )
  return (
    <details open={isOpen}>
      <summary className="py-1">
        {heading} <span className="muted small whitespace-nowrap">{`${formatCount(lines)} ${lines === 1 ? 'line' : 'lines'}`}</span>
      </summary>
      <ScrollArea className="source difference mt-2" label={`What differs in ${path.join(' ')}`}>
        {stretches.map((stretch, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: stretches have nothing but their place
          <pre key={index}>
            {stretch.map((line, number) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines may repeat
              <Line key={number} line={line} />
            ))}
          </pre>
        ))}
      </ScrollArea>
    </details>
  )
}

const SIGNS = { same: ' ', added: '+', removed: '−' } as const

/** What is new is set in `ins`, what is gone in `del`: the sign says it, too. */
function Line({ line: { kind, text } }: { line: DifferentLine }) {
  const shown = `${SIGNS[kind]} ${text}\n`
  if (kind === 'same') return <span>{shown}</span>
  return kind === 'added' ? <ins>{shown}</ins> : <del>{shown}</del>
}

function Path({ path }: { path: readonly string[] }) {
  const names = path.filter((name, index) => index === 0 || name !== 'feeds')
  return (
    <>
      {names.map((name, index) => (
        <span key={path.slice(0, index + 1).join('\n')}>
          {index > 0 && <span className="font-normal text-faint"> › </span>}
          <span dir="auto">{name}</span>
        </span>
      ))}
    </>
  )
}
