import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import { followIncidents } from '#lib/commands/incidents/follow-incidents.ts'
import { recordObservations } from '#lib/commands/probes/record-observations.ts'
import { recordUnreachable } from '#lib/commands/probes/record-unreachable.ts'
import { recordPastRuns } from '#lib/commands/runs/record-past-runs.ts'
import type { Context } from '#lib/db/context.ts'
import type { PastRun } from '#lib/db/runs/past-runs.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { type Story, written } from './harness.ts'
import { asset, daily, feed, journeyCatalogue } from './journey-catalogue.ts'

const PEOPLE = 'warehouse/people'
const PATRONS = 'warehouse/mart.patrons'
const FAILED = 'Nobody was loaded, because the employees of SAP could not be read.'

const catalogue: Catalogue = {
  ...journeyCatalogue,
  connections: [
    ...journeyCatalogue.connections,
    { key: 'sap', kind: 'sap', probeEveryMs: 15 * MINUTE_MS, rotatedOn: null, maxAgeMs: 365 * 24 * HOUR_MS, settings: {} },
  ],
  groups: [...journeyCatalogue.groups, { key: 'identity', name: 'Identity', description: null }],
  feeds: [...journeyCatalogue.feeds, feed('identity', 'people', 'People'), feed('identity', 'patrons', 'Patron file')],
  assets: [
    ...journeyCatalogue.assets,
    {
      ...asset('people', 'employees', 'Employees in SAP', [], 'source'),
      ...{ key: 'sap/employees', connection: 'sap', promised: false, policies: [], blindAfterMs: HOUR_MS },
    },
    {
      ...asset('people', 'people', 'People by service', []),
      ...{ flow: 'person', upstream: [{ key: 'sap/employees', origin: 'flow' as const }] },
      ...{ policies: [{ ...daily, clock: 'loadedAt' as const }], blindAfterMs: null },
    },
    asset('patrons', 'mart.patrons', 'Patron file', ['people'], 'consumer'),
  ],
  flows: [
    {
      ...{ name: 'person', cron: '0 3 * * *', zone: 'America/New_York', after: [], timeoutMs: HOUR_MS, rejectTolerance: 0.01 },
      ...{ connections: { sap: 'sap' }, parameters: {}, reads: ['sap/employees'], writes: [PEOPLE] },
    },
  ],
}

function run(startedAt: number, isGood: boolean): PastRun {
  const run = { flow: 'person', trigger: 'schedule' as const, scheduledFor: startedAt, createdAt: startedAt, requestedBy: null, startedAt }
  const told = { endedAt: startedAt + 3 * MINUTE_MS, rowsLoaded: isGood ? 2400 : 0, report: null, internalProblem: null, counters: {} }
  return { ...run, ...told, state: isGood ? 'completed' : 'failed', problem: isGood ? null : FAILED, tasks: [], log: [], rejections: [] }
}

/** SAP went away in the evening: people are not loaded, which was so for a night last week, too, and the patron file waits for them. */
export const SAP_NIGHT: Story = {
  catalogue,
  keysOf: (day) => (day === 0 ? [] : [PATRONS]),
  async day(ctx: Context, day: number) {
    const at = ctx.clock.now()
    await recordPastRuns(ctx, [run(at - 8 * HOUR_MS, day !== 0 && day !== 4)])
    if (day > 0) await recordObservations(ctx, 'sap', at, [written('sap/employees', at)])
  },
  async end(ctx: Context, now: number) {
    const evening = now - 11 * HOUR_MS
    await recordObservations(ctx, 'sap', evening, [written('sap/employees', evening)])
    for (const hours of [10, 5, 1]) await recordUnreachable(ctx, 'sap', now - hours * HOUR_MS, 'SAP does not answer.')
    await followIncidents(ctx)
  },
}
