import { assetsShown } from '#app/_ui/live/shown-topics.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { ASSET_KINDS } from '#lib/domain/search/entry.ts'
import { counted, formatCount } from '#lib/domain/wording/numbers.ts'
import type { CatalogueView } from '#lib/queries/catalogue/catalogue-view.ts'
import { UNFILTERED } from '#lib/queries/catalogue/catalogue-view.ts'
import type { Topic } from '#lib/queries/changes/topic.ts'
import { type Asked, askedPath, nextPath } from './catalogue-question.ts'
import { catalogueTitle } from './entry-words.ts'
import { Filters } from './filters.tsx'
import { HitLine } from './hit-line.tsx'

/** So few hits are told of in full at once. */
const OPEN_MAX = 2

interface ScreenProps {
  asked: Asked
  view: CatalogueView
}

/** Everything there is, in the catalogue or only found, as a question narrows it down. */
export function CatalogueScreen({ asked, view }: ScreenProps) {
  const { page, now, banners, answer } = view
  return (
    <PageShell page={page} now={now} shows={shownBy(view)} banners={banners} place="catalogue" search={asked.q}>
      <header className="hero">
        <div>
          <h1 dir="auto">{catalogueTitle(asked, view)}</h1>
          {asked.q === '' && <p className="lead">{whatThereIs(view)}</p>}
        </div>
      </header>
      <Filters asked={asked} view={view} />
      {answer.total === 0 && <Instead asked={asked} view={view} />}
      {answer.hits.length > 0 && (
        <ol className="hits" aria-label="What was found">
          {answer.hits.map((hit) => (
            <HitLine
              key={`${hit.kind} ${hit.key}`}
              hit={hit}
              search={asked.question.search}
              isOpen={answer.total <= OPEN_MAX}
              isContract={asked.question.contract !== null}
            />
          ))}
        </ol>
      )}
      <Way asked={asked} view={view} />
    </PageShell>
  )
}

function shownBy({ answer: { hits } }: CatalogueView): Topic[] {
  const feeds = hits.flatMap(({ kind, key }): Topic[] => (kind === 'feed' || kind === 'group' ? [`${kind}:${key}`] : []))
  return [...assetsShown(hits.filter(({ kind, state }) => ASSET_KINDS.includes(kind) && state === 'adopted')), ...feeds]
}

function whatThereIs({ answer: { counts }, seesFound }: CatalogueView): string {
  const of = (state: string) => counts.state.find(({ value }) => value === state)?.count ?? 0
  const columns = 'Find them by name, column, owner, contract, folder, or by why they exist.'
  if (!seesFound) return columns
  const found = of('found') === 0 ? 'everything that was found is taken over' : `${formatCount(of('found'))} found and not adopted`
  return `${formatCount(of('adopted'))} in the catalogue, ${found}${of('gone') === 0 ? '' : `, ${formatCount(of('gone'))} gone`}. ${columns}`
}

/** Where nothing answers: what would with less, and what is called nearly so. */
function Instead({ asked, view: { instead } }: ScreenProps) {
  if (instead === null) return null
  const { unfiltered, nearest } = instead
  const { words } = asked.question.search
  if (unfiltered > 0)
    return (
      <p>
        {counted(unfiltered, 'thing')} {unfiltered === 1 ? 'is' : 'are'} like that without the filters:{' '}
        <a href={askedPath({ q: asked.q, question: { ...UNFILTERED, search: asked.question.search } })}>
          show {unfiltered === 1 ? 'it' : 'them'}
        </a>
        .
      </p>
    )
  return (
    <div className="max-w-[640px] space-y-3">
      <p>Every word must stand somewhere in its name, key, owner, place, columns, contract, reason or description.</p>
      {words.length > 1 && (
        <p>
          With fewer words:{' '}
          {words.map((word) => (
            <a key={word} className="me-3" href={askedPath(asked, { q: word })} dir="auto">
              {word}
            </a>
          ))}
        </p>
      )}
      {nearest.length > 0 && (
        <>
          <p>Called nearly so:</p>
          <ul className="*:py-1">
            {nearest.map((name) => (
              <li key={name}>
                <a href={askedPath(asked, { q: name })} dir="auto">
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

/** The way through a long list. */
function Way({ asked, view: { answer } }: ScreenProps) {
  if (answer.next === null && asked.after === null) return null
  return (
    <nav className="pages" aria-label="Pages of what was found">
      {asked.after !== null && <a href={askedPath(asked)}>From the beginning</a>}
      <span className="muted">
        {formatCount(answer.hits.length)} of {formatCount(answer.total)}, the best first
      </span>
      {answer.next !== null && <a href={nextPath(asked, answer.next)}>Next</a>}
    </nav>
  )
}
