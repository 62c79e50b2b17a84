import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** A file as one look found it. */
export interface RegularFile {
  bytes: Buffer
  changedAtMs: number
}

/** Why a file is not read although it is there. */
export type Unfit = 'not-a-file' | 'too-large'

/** Reads a file of at most `bytesMax`, or says why not; never waits for a pipe or a device. Throws what the system says. */
export async function readRegularFile(path: string, bytesMax: number): Promise<RegularFile | Unfit> {
  // Without O_NONBLOCK the opening of a named pipe waits for somebody who writes into it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const found = await file.stat()
    if (!found.isFile()) return 'not-a-file'
    if (found.size > bytesMax) return 'too-large'
    const bytes = await file.readFile()
    return bytes.length > bytesMax ? 'too-large' : { bytes, changedAtMs: found.mtimeMs }
  } finally {
    await file.close()
  }
}
