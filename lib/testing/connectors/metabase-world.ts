import { startMetabase } from '#demo/startup/metabase.ts'
import metabaseConnector from '#lib/connectors/metabase.ts'
import { jobWorld } from './job-world.ts'

const SECRET = 'hush-never-shown'

/** A Metabase of its own and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginMetabaseWorld(now: string) {
  const { metabase, url, close } = await startMetabase(SECRET)
  const world = jobWorld(metabaseConnector, now, { url, apiKey: SECRET })
  return { ...world, metabase, url, end: close }
}
export type MetabaseWorld = Awaited<ReturnType<typeof beginMetabaseWorld>>
