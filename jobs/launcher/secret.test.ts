import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { requireSecret } from './secret.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secret-'))
})

afterEach(() => rm(folder, { recursive: true }))

describe('the secret of internal calls', () => {
  test('is made once and readable only by its owner', async () => {
    const dataFolder = join(folder, 'new')
    const first = await requireSecret(dataFolder)
    expect(first.length).toBeGreaterThanOrEqual(32)
    expect(await requireSecret(dataFolder)).toBe(first)
    expect((await stat(join(dataFolder, 'secret'))).mode & 0o777).toBe(0o600)
  })
})
