import { startDataFactory } from '#demo/startup/adf.ts'
import adf from '#lib/connectors/adf.ts'
import { jobWorld } from './job-world.ts'

const SECRET = 'hush-never-shown'

/** A data factory of its own and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginFactoryWorld(now: string) {
  const { factory, url, close } = await startDataFactory(SECRET)
  const of = { subscription: 'one', resourceGroup: 'data', factory: 'loads', url, authority: url }
  const world = jobWorld(adf, now, { ...of, tenant: 'example', clientId: 'tidemark', clientSecret: SECRET })
  factory.now = () => world.clock.now()
  return { ...world, factory, url, end: close }
}
export type FactoryWorld = Awaited<ReturnType<typeof beginFactoryWorld>>
