import type { Connector, Observation, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import type { KnownRun } from '#lib/domain/runs/external-run.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'

type Settings = Record<string, unknown>

/** A connection to a stand-in, with what is known of its runs and what its log has warned of; a question may say settings of its own. No time passes while it waits, but it is noted how long. */
export function jobWorld<S>(connector: Connector<S>, now: string, settings: Settings) {
  const clock = new HurriedClock(now)
  const known: KnownRun[] = []
  const warned: unknown[] = []
  const log = { ...silentLog, warn: (_: string, data?: Record<string, unknown>) => void warned.push(data) }
  function ask<T>(question: (session: Session) => Promise<T>, own: Settings = {}): Promise<T> {
    const { signal } = new AbortController()
    const connection = { key: connector.kind, clock, log, signal, knownRuns: async () => known }
    return withSession(connector, { ...connection, settings: connector.settings.parse({ ...settings, ...own }) }, question)
  }
  const look = (paths: readonly string[], own: Settings = {}, ofAssets: Settings = {}): Promise<Observation[]> => {
    const assets = paths.map((path) => ({ key: `${connector.kind}/${path}`, path, settings: ofAssets, previous: null }))
    return ask((session) => Array.fromAsync(session.observe?.(assets) ?? []), own)
  }
  return { clock, known, warned, ask, look }
}
