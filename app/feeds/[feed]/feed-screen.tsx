import { History } from '#app/_bars/history.tsx'
import { Command } from '#app/_ui/actions/command.tsx'
import { SeriesNotes } from '#app/_ui/actions/maintenance-action.tsx'
import { WorkNotes } from '#app/_ui/actions/work-note.tsx'
import { Said } from '#app/_ui/alone-shell.tsx'
import { AssetTable } from '#app/_ui/feeds/asset-table.tsx'
import { BrokenAbove } from '#app/_ui/feeds/broken-above.tsx'
import { ChangeList } from '#app/_ui/feeds/change-list.tsx'
import { ComingNotes } from '#app/_ui/feeds/coming-notes.tsx'
import { ComingAbove } from '#app/_ui/feeds/coming-versions.tsx'
import { ContractNotes } from '#app/_ui/feeds/contract-notes.tsx'
import { HeldBy } from '#app/_ui/feeds/held-by.tsx'
import { LettersSection } from '#app/_ui/feeds/letters-section.tsx'
import { ReportForm } from '#app/_ui/feeds/report-form.tsx'
import { standsSince } from '#app/_ui/feeds/stands-since.ts'
import { assetsShown, flowsShown, jobsShown } from '#app/_ui/live/shown-topics.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { embedsPath, feedPath, filterPath, groupPath, overviewPath, runPath } from '#app/_ui/paths.ts'
import { Owner } from '#app/_ui/reload/owner.tsx'
import { NoPlaceActions, PlaceActions } from '#app/_ui/reload/place-actions.tsx'
import { runStateInWords } from '#app/_ui/runs/run-labels.ts'
import { RunList } from '#app/_ui/runs/run-list.tsx'
import { Facts, Purpose, Section } from '#app/_ui/section.tsx'
import { SourceSection } from '#app/_ui/source-section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import type { SubscriptionOffer } from '#lib/access/subscriptions/subscribe.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import { capital } from '#lib/domain/wording/sentences.ts'
import { weaknessInWords } from '#lib/domain/wording/words.ts'
import type { OpenReport } from '#lib/queries/incidents/open-reports.ts'
import type { FeedPage } from '#lib/queries/pages/feed-page.ts'
import type { LastRun } from '#lib/queries/runs/last-run.ts'
import { FeedIncidents, PartOfIncidents } from './feed-incidents.tsx'
import { FeedOutlook } from './feed-outlook.tsx'
import { FeedVerdict } from './feed-verdict.tsx'
import { systemsOf, writersOf } from './feed-writers.tsx'
import { LastRunNote } from './last-run-note.tsx'
import { LineageStrip } from './lineage-strip.tsx'
import { OpenReports } from './open-reports.tsx'

interface FeedScreenProps {
  found: FeedPage
  readers: FeedReaders
}

/** What the page is for whoever reads it. */
interface FeedReaders {
  by: Actor['kind']
  offer: SubscriptionOffer | null
  /** What readers reported, for those who may settle it. */
  reports: readonly OpenReport[]
  /** What became of a form that was sent from here. */
  said: string | null
}

/** A feed: what is promised, whether it holds, why not, and everything it is made of. */
export function FeedScreen({ found, readers }: FeedScreenProps) {
  const { page, window, feed, group } = found
  return (
    <PageShell
      page={page}
      now={window.now}
      shows={[`feed:${feed.key}`, ...flowsShown(found.assets), ...jobsShown(found.assets), ...assetsShown(found.neighbours)]}
      banners={found.banners}
      crumbs={[
        ['All feeds', overviewPath],
        [group.name, groupPath(group.key)],
      ]}
    >
      <Head found={found} readers={readers} />
      <FeedFacts found={found} />
      <NoPlaceActions reload={found.reload} takesActions={found.takesActions} />
      <History subject={`feed:${feed.key}`} name={feed.name} bars={found.bars} days={found.days} />
      <LineageStrip assets={found.assets} neighbours={found.neighbours} edges={found.edges} unseen={found.unseen} feedKey={feed.key} />
      {found.assets.length === 0 ? <NoAssets /> : <AssetTable title="What it is made of" assets={found.assets} showPromise />}
      <RunList runs={found.runs} external={found.externalRuns} now={window.now} />
      <FeedIncidents feed={feed.key} incidents={found.incidents} />
      <ChangeList changes={found.changes} />
      <LettersSection subject={{ kind: 'feed', key: feed.key }} name={feed.name} offer={readers.offer} />
      <SourceSection source={found.source} />
    </PageShell>
  )
}

function NoAssets() {
  return (
    <Section title="What it is made of">
      <p className="muted">
        Nothing yet, so nothing is judged. Name the tables, files or addresses that carry it under its <code>assets:</code> in the
        catalogue; <Command>npm run tidemark -- discover</Command> proposes them.
      </p>
    </Section>
  )
}

function Head({ found, readers: { by, reports, said } }: FeedScreenProps) {
  const { feed } = found
  const since = standsSince(feed, found.changes)
  return (
    <header className="max-w-[880px] pt-4 pb-6">
      <h1 dir="auto">{feed.name}</h1>
      <Said words={said} />
      <Purpose why={found.why} description={found.description} />
      <p className="verdict">
        <StatusMark status={feed.status} big />
        {feed.weakBy !== null && <span className="muted">{weaknessInWords(feed.weakBy)}</span>}
        {since !== null && (
          <span className="muted">
            since <Time at={since} form="long" />
            <Age at={since} brackets />
          </span>
        )}
      </p>
      {feed.reason !== null && (
        <p className="lead">
          <FeedVerdict found={found} />
        </p>
      )}
      <FeedOutlook found={found} />
      <PartOfIncidents open={found.incidents.open} />
      <WorkNotes work={found.work} own={{ kind: 'feed', key: feed.key }} takesActions={found.takesActions} />
      <SeriesNotes series={found.series} takesActions={found.takesActions} />
      <LastRunNote run={feed.lastRun} told={feed.failedRun?.says ?? null} />
      <HeldBy roots={found.roots} />
      <ContractNotes contracts={found.contracts} isTold={feed.reason === 'contract-broken'} />
      <BrokenAbove broken={found.brokenAbove} />
      <ComingNotes coming={found.coming} isNamed />
      <ComingAbove coming={found.comingAbove} />
      <PlaceActions
        subject={{ kind: 'feed', key: feed.key }}
        name={feed.name}
        feed={feed}
        reload={found.reload}
        work={found.work}
        takesActions={found.takesActions}
      />
      <OpenReports reports={reports} />
      <ReportForm feed={feed.key} by={by} />
    </header>
  )
}

/** What can stand in other pages: a frame only where a site may show one. */
function embedsInWords({ embedIn = [] }: FeedPage['page']): string {
  return embedIn.length > 0 ? 'as a badge or a frame' : 'as a badge'
}

function FeedFacts({ found }: { found: FeedPage }) {
  const { feed, bars, window, page } = found
  const overdue = feed.dueAt !== null && feed.dueAt < window.now
  return (
    <>
      <Facts
        facts={[
          [
            'Data through',
            feed.dataThroughAt === null ? null : (
              <Time key="through" at={feed.dataThroughAt} form={feed.dataThroughIsDay ? 'day' : 'long'} />
            ),
          ],
          ['Updated', feed.updatedAt === null ? null : <Instant key="updated" at={feed.updatedAt} />],
          [overdue ? 'Was due' : 'Due by', feed.dueAt === null ? null : <Instant key="due" at={feed.dueAt} toCome />],
          [
            'Next load',
            feed.isLoading ? 'running now' : feed.nextRunAt === null ? null : <Instant key="next" at={feed.nextRunAt} toCome />,
          ],
          ['Last run', lastRun(feed.lastRun)],
          ['Written by', writersOf(found)],
          ['Through', systemsOf(found)],
          [
            `Fresh at ${page.readyBy}`,
            bars === null || bars.readyOf === 0 ? null : `on ${bars.ready} of ${bars.readyOf} days; all is to be ready by then`,
          ],
          [
            'Owner',
            feed.owner === null ? null : (
              <span key="owner">
                <Owner owner={feed.owner} about={feed.name} />, <a href={filterPath({ owner: feed.owner })}>all its feeds</a>
              </span>
            ),
          ],
          [
            'Changes',
            <a key="atom" href={`${feedPath(feed.key)}/feed.atom`}>
              as an Atom feed
            </a>,
          ],
          [
            'In other pages',
            <a key="embed" href={embedsPath({ kind: 'feed', key: feed.key })}>
              {embedsInWords(page)}
            </a>,
          ],
          [
            'Runbook',
            found.runbook === null ? null : (
              <a key="runbook" href={found.runbook}>
                What to do when it breaks
              </a>
            ),
          ],
        ]}
      />
      {found.promise !== null && (
        <p className="border-t border-line py-4">
          <span className="block text-note text-muted">The promise</span> {capital(found.promise)}
        </p>
      )}
    </>
  )
}

function Instant({ at, toCome = false }: { at: number; toCome?: boolean }) {
  return (
    <>
      <Time at={at} form="long" />
      <Age at={at} brackets toCome={toCome} />
    </>
  )
}

function lastRun(run: LastRun | null) {
  return run === null ? null : (
    <>
      <a href={runPath(run.id)}>{runStateInWords(run)}</a>
      {run.endedAt !== null && <Age at={run.endedAt} brackets past />}
    </>
  )
}
