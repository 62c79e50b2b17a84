import { assetsShown } from '#app/_ui/live/shown-topics.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { assetPath, feedPath, lineagePath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { LineagePage } from '#lib/queries/pages/lineage-page.ts'
import { LineageDrawing } from './lineage-drawing.tsx'
import { LineageLists } from './lineage-lists.tsx'
import { LineagePaths } from './lineage-path.tsx'
import { isWritten, originInWords } from './origin-words.ts'

/** The lineage around one asset: why it is so, the drawing, and the same in lists. */
export function LineageScreen({ found }: { found: LineagePage }) {
  const { page, now, banners, focus, drawn } = found
  const shown = [...drawn.map(({ asset }) => asset), ...found.paths.flatMap(({ steps }) => steps.filter(({ kind }) => kind === 'asset'))]
  return (
    <PageShell
      page={page}
      now={now}
      shows={[...new Set(assetsShown(shown))]}
      banners={banners}
      place="lineage"
      crumbs={[['Lineage', lineagePath()]]}
    >
      <header className="max-w-[880px] pt-4 pb-2">
        <h1>
          Lineage of <bdi>{focus.name}</bdi>
        </h1>
        <p className="muted">
          <a href={assetPath(focus.key)}>
            <code dir="auto">{focus.key}</code>
          </a>
          , a {focus.kind} of{' '}
          <a href={feedPath(focus.feedKey)}>
            <bdi>{focus.feedName}</bdi>
          </a>
        </p>
        <p className="verdict">
          <StatusMark status={focus.status} big />
          {focus.since !== null && (
            <span className="muted">
              since <Time at={focus.since} form="long" />
              <Age at={focus.since} brackets />
            </span>
          )}
        </p>
      </header>
      <LineagePaths found={found} />
      {drawn.length + found.found.length + found.unseen.length > 1 && (
        <div className="max-md:hidden print:block">
          <Section title="Two steps around it">
            <LineageDrawing found={found} />
            <Key found={found} />
          </Section>
        </div>
      )}
      <LineageLists found={found} />
    </PageShell>
  )
}

/** What the lines and outlines of the drawing mean, as far as it has them. */
function Key({ found: { edges, found, foundMore, unseen } }: { found: LineagePage }) {
  const told = [...new Set(edges.filter(({ origins }) => !isWritten(origins)).flatMap(({ origins }) => origins))].sort()
  const isDashed = told.length > 0 || found.length > 0
  const hollow = [...(found.length > 0 ? ['found, and not in the catalogue'] : []), ...(unseen.length > 0 ? ['not seen by you'] : [])]
  return (
    <p className="lineage-key">
      {edges.some(({ origins }) => isWritten(origins)) && <KeyLine words="written in the catalogue, or read and written by a flow" />}
      {isDashed && (
        <KeyLine words={told.length > 0 ? `told ${told.map(originInWords).join(', ')}` : 'told by another system'} dashes="5 3" />
      )}
      {hollow.length > 0 && <span>A dashed outline is {hollow.join(', or ')}.</span>}
      {foundMore > 0 && <span>{formatCount(foundMore)} more are found and not drawn.</span>}
    </p>
  )
}

function KeyLine({ words, dashes }: { words: string; dashes?: string }) {
  return (
    <span>
      <svg viewBox="0 0 28 8" aria-hidden="true">
        <path d="M0 4h28" strokeWidth="1.25" strokeDasharray={dashes} />
      </svg>
      {words}
    </span>
  )
}
