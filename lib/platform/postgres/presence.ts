import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cluster } from './cluster.ts'

/** Without these files there is no cluster, whatever else is left of the folder. */
const NEEDED = ['PG_VERSION', 'global/pg_control'] as const

/** Whether the cluster's data are there. */
export async function hasCluster(cluster: Cluster): Promise<boolean> {
  return (await identityOf(cluster)) !== null
}

/** Tells a cluster's data from others that were put in their place; null when they are missing. */
export async function identityOf({ data }: Cluster): Promise<string | null> {
  try {
    await Promise.all(NEEDED.map((name) => stat(join(data, name))))
    const { dev, ino } = await stat(data)
    return `${dev}/${ino}`
  } catch {
    return null
  }
}
