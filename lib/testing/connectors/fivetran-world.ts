import { startFivetran } from '#demo/startup/fivetran.ts'
import fivetranConnector from '#lib/connectors/fivetran.ts'
import { jobWorld } from './job-world.ts'

const SECRET = 'hush-never-shown'

/** A Fivetran of its own and a connection to it, with what is known of its runs. No time passes while it waits, but it is noted how long. */
export async function beginFivetranWorld(now: string) {
  const { fivetran, url, close } = await startFivetran(SECRET)
  const world = jobWorld(fivetranConnector, now, { url, apiKey: fivetran.key, apiSecret: SECRET })
  return { ...world, fivetran, url, end: close }
}
export type FivetranWorld = Awaited<ReturnType<typeof beginFivetranWorld>>
