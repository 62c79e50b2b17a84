import { startAirbyte } from '#demo/startup/airbyte.ts'
import airbyteConnector from '#lib/connectors/airbyte.ts'
import { jobWorld } from './job-world.ts'

const SECRET = 'hush-never-shown'

/** An Airbyte of its own and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginAirbyteWorld(now: string) {
  const { airbyte, url, close } = await startAirbyte(SECRET)
  const world = jobWorld(airbyteConnector, now, { url, clientId: airbyte.clientId, clientSecret: SECRET })
  airbyte.now = () => world.clock.now()
  return { ...world, airbyte, url, end: close }
}
export type AirbyteWorld = Awaited<ReturnType<typeof beginAirbyteWorld>>
