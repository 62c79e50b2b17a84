import { type PretendS3, startS3 } from '#demo/stores/s3.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { openS3 } from '#lib/connectors/s3/open.ts'
import type { S3Settings } from '#lib/connectors/s3/settings.ts'
import s3 from '#lib/connectors/s3.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'
import { inWorld } from './store-session.ts'

export const STORE_NOW = Date.parse('2026-11-20T07:00:00Z')

export interface S3World extends ReturnType<typeof inWorld<S3Settings>> {
  clock: HurriedClock
  standIn: PretendS3
  connection(settings?: Record<string, unknown>): Connection<S3Settings>
}

/** A stand-in for S3 with its queue, and connections to it. */
export async function startS3World(): Promise<S3World> {
  const clock = new HurriedClock(STORE_NOW)
  const standIn = await startS3({ clock })
  const connection: S3World['connection'] = (settings = {}) => ({
    key: 'shop',
    settings: s3.settings.parse({
      endpoint: standIn.url,
      region: standIn.region,
      accessKeyId: standIn.key.accessKeyId,
      secretAccessKey: standIn.key.secretAccessKey,
      ...settings,
    }),
    clock,
    log: silentLog,
    signal: new AbortController().signal,
  })
  return { clock, standIn, connection, ...inWorld(openS3, connection) }
}
