import { startPrefect } from '#demo/startup/prefect.ts'
import prefectConnector from '#lib/connectors/prefect.ts'
import { jobWorld } from './job-world.ts'

const PASSWORD = 'hush-never-shown'

/** A Prefect of its own and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginPrefectWorld(now: string) {
  const { prefect, url, close } = await startPrefect(PASSWORD)
  const world = jobWorld(prefectConnector, now, { url, auth: 'basic', user: prefect.user, password: PASSWORD })
  prefect.now = () => world.clock.now()
  return { ...world, prefect, url, end: close }
}
export type PrefectWorld = Awaited<ReturnType<typeof beginPrefectWorld>>
