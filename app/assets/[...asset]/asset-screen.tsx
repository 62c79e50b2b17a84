import { History } from '#app/_bars/history.tsx'
import { SeriesNotes } from '#app/_ui/actions/maintenance-action.tsx'
import { WorkNotes } from '#app/_ui/actions/work-note.tsx'
import { AssetTable } from '#app/_ui/feeds/asset-table.tsx'
import { ChangeList } from '#app/_ui/feeds/change-list.tsx'
import { ComingNotes } from '#app/_ui/feeds/coming-notes.tsx'
import { GoodAgainLine } from '#app/_ui/feeds/good-again-line.tsx'
import { ReportForm } from '#app/_ui/feeds/report-form.tsx'
import { standsSince } from '#app/_ui/feeds/stands-since.ts'
import { assetsShown, flowsShown, jobsShown } from '#app/_ui/live/shown-topics.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { embedsPath, feedPath, groupPath, lineagePath, overviewPath } from '#app/_ui/paths.ts'
import { NoPlaceActions, PlaceActions } from '#app/_ui/reload/place-actions.tsx'
import { RunList } from '#app/_ui/runs/run-list.tsx'
import { ScrollArea } from '#app/_ui/scroll-area.tsx'
import { Purpose, Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import type { Actor } from '#lib/domain/access/actor.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import { weaknessInWords } from '#lib/domain/wording/words.ts'
import type { AskedAsset } from '#lib/queries/catalogue/asked-asset.ts'
import type { AssetPage } from '#lib/queries/pages/asset-page.ts'
import { AgeCharts } from './age-chart.tsx'
import { ArrivalList } from './arrival-list.tsx'
import { ClockList } from './clock-list.tsx'
import { ContractSection } from './contract-section.tsx'
import { HurtSection } from './hurt-section.tsx'
import { KeySection } from './key-section.tsx'
import { OwnSystem } from './own-system.tsx'
import { RowsChart } from './rows-chart.tsx'
import { WhySection } from './why-section.tsx'

/** An asset: its four clocks, why it is this colour, what is around it, what has arrived. */
export function AssetScreen({ found, by }: { found: AskedAsset; by: Actor['kind'] }) {
  const { page, window, asset, group } = found
  return (
    <PageShell
      page={page}
      now={window.now}
      shows={[...assetsShown([asset, ...found.upstream, ...found.downstream]), ...flowsShown([asset]), ...jobsShown([asset])]}
      banners={found.banners}
      crumbs={[
        ['All feeds', overviewPath],
        [group.name, groupPath(group.key)],
        [asset.feedName, feedPath(asset.feedKey)],
      ]}
    >
      <Head found={found} by={by} />
      <WhySection found={found} />
      <NoPlaceActions reload={found.reload} takesActions={found.takesActions} />
      <KeySection coverage={found.coverage} />
      <ClockList found={found} />
      <AgeCharts ages={found.ages} isSeen={asset.status !== 'unknown'} />
      <History subject={`asset:${asset.key}`} name={asset.name} bars={found.bars} days={found.days} />
      <AssetTable title="Made from" assets={found.upstream} showFeed unseen={found.unseen.some(({ isUpstream }) => isUpstream)} />
      <AssetTable
        title="Used by"
        assets={found.downstream}
        showFeed
        unseen={found.unseen.some(({ isUpstream }) => !isUpstream)}
        {...(found.contract?.held != null && { named: found.readers })}
      />
      <ContractSection contract={found.contract} readers={found.readers} fields={found.fields} />
      <OwnSystem facts={found.facts} connection={found.connection} contract={found.contract} />
      <HurtSection found={found} />
      <RowsChart arrivals={found.arrivals} />
      <RunList
        runs={found.run === null ? [] : [found.run]}
        external={found.externalRuns}
        now={window.now}
        title={found.externalRuns.length > 1 ? 'The latest runs that write it' : 'The latest run that writes it'}
      />
      <AdoptedSection adoption={found.adoption} />
      <ArrivalList arrivals={found.arrivals} />
      <ChangeList changes={found.changes} />
    </PageShell>
  )
}

/** What it is, how it stands and when that is good again, and what can be asked for. */
function Head({ found, by }: { found: AskedAsset; by: Actor['kind'] }) {
  const { asset, window } = found
  const since = standsSince(asset, found.changes)
  return (
    <header className="max-w-[880px] pt-4 pb-6">
      <h1 dir="auto">
        {asset.name} <span className="font-normal text-muted">{asset.kind}</span>
      </h1>
      <Purpose why={found.why} />
      <p className={found.why === null ? 'muted' : 'muted mt-2'}>
        <code dir="auto">{asset.key}</code> {asset.promised ? 'is what the feed' : 'belongs to the feed'}{' '}
        <a href={feedPath(asset.feedKey)}>
          <bdi>{asset.feedName}</bdi>
        </a>
        {asset.promised ? ' promises' : ', which promises nothing of it'}. <a href={lineagePath({ focus: asset.key })}>Lineage</a>,{' '}
        <a href={embedsPath({ kind: 'asset', key: asset.key })}>embed it</a>
      </p>
      <p className="verdict">
        <StatusMark status={asset.status} big />
        {asset.weakBy !== null && <span className="muted">{weaknessInWords(asset.weakBy)}</span>}
        {since !== null && (
          <span className="muted">
            since <Time at={since} form="long" />
            <Age at={since} brackets />
          </span>
        )}
      </p>
      {found.again !== null && (
        <GoodAgainLine again={found.again} now={window.now} said={null} askAbout={found.takesActions ? asset.name : null} />
      )}
      <WorkNotes work={found.work} own={{ kind: 'asset', key: asset.key }} hidden={hiddenOf(found)} takesActions={found.takesActions} />
      <SeriesNotes series={found.series} takesActions={found.takesActions} />
      <ComingNotes coming={found.coming} />
      <PlaceActions
        subject={{ kind: 'asset', key: asset.key }}
        name={asset.name}
        feed={{ key: asset.feedKey, name: asset.feedName }}
        reload={found.reload}
        work={found.work}
        takesActions={found.takesActions}
      />
      {asset.kind === 'consumer' && <ReportForm feed={asset.feedKey} asset={asset.key} by={by} />}
    </header>
  )
}

/** The rule that put it into the catalogue; nothing where somebody wrote it. */
function AdoptedSection({ adoption }: Pick<AssetPage, 'adoption'>) {
  if (adoption === null) return null
  const { file, line, yaml, goneAt } = adoption
  return (
    <Section title="Adopted by a rule" note={<code>{`${file}:${line}`}</code>}>
      {goneAt !== null && (
        <p className="mb-3">
          Its source does not show it since <Time at={goneAt} />; it stays here as gone for as long as the rule says.
        </p>
      )}
      {yaml === null ? (
        <p>A rule of “adopt” takes it over from what is found.</p>
      ) : (
        <ScrollArea className="source" label="The rule as written">
          <pre>{yaml}</pre>
        </ScrollArea>
      )}
    </Section>
  )
}

/** What it would be without the pause or maintenance that covers it. */
function hiddenOf({ asset, look, window: { now } }: AssetPage): { status: Status; since: number } | null {
  if (asset.status !== 'maintenance') return null
  if (look.staleAt !== null && look.staleAt <= now) return { status: 'stale', since: look.staleAt }
  return look.lateAt !== null && look.lateAt <= now ? { status: 'late', since: look.lateAt } : null
}
