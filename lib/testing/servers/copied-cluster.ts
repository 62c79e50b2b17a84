import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { chmod, lstat, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { requireCluster } from '#lib/platform/postgres/cluster.ts'

let original: Promise<string> | undefined

async function makeOriginal(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await chmod(folder, 0o755)
  await requireCluster(join(folder, 'data'))
  return join(folder, 'data')
}

/** Copies an embedded cluster that never ran into a new data folder, since making one takes seconds. */
export async function copyCluster(dataFolder: string): Promise<void> {
  original ??= makeOriginal()
  const source = await original
  // Where the server's account cannot reach the temporary folder, the cluster is a link to its only copy: then each test makes its own.
  if ((await lstat(join(source, 'postgres'))).isSymbolicLink()) return
  await promisify(execFile)('cp', ['-a', source, dataFolder])
}
