import { execFile } from 'node:child_process'
import { chmod, lstat, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll } from 'vitest'
import { removeCluster, requireCluster } from '#lib/platform/postgres/cluster.ts'
import { makeScratchFolder } from './scratch-folder.ts'

async function makeOriginal(): Promise<string> {
  const folder = await makeScratchFolder('cluster-')
  await chmod(folder, 0o755)
  await requireCluster(join(folder, 'data'))
  return join(folder, 'data')
}

/** For the tests of one file: copies an embedded cluster that never ran into a new data folder, since making one takes seconds. */
export function clusterCopies(): (dataFolder: string) => Promise<void> {
  let original: Promise<string> | undefined
  afterAll(async () => {
    const source = await original
    if (source === undefined) return
    await removeCluster(source)
    await rm(dirname(source), { recursive: true })
  })
  return async (dataFolder) => {
    original ??= makeOriginal()
    const source = await original
    // Where the server's account cannot reach the temporary folder, the cluster is a link to its only copy: then each test makes its own.
    if ((await lstat(join(source, 'postgres'))).isSymbolicLink()) return
    await promisify(execFile)('cp', ['-a', source, dataFolder])
  }
}
