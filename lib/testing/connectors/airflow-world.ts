import { startAirflow } from '#demo/startup/airflow.ts'
import airflowConnector from '#lib/connectors/airflow.ts'
import { jobWorld } from './job-world.ts'

const PASSWORD = 'hush-never-shown'

/** An Airflow of its own and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginAirflowWorld(now: string, api: 'v1' | 'v2') {
  const { airflow, url, close } = await startAirflow(PASSWORD, api === 'v2')
  const world = jobWorld(airflowConnector, now, { url, api, user: airflow.user, password: PASSWORD })
  airflow.now = () => world.clock.now()
  return { ...world, airflow, url, end: close }
}
export type AirflowWorld = Awaited<ReturnType<typeof beginAirflowWorld>>
