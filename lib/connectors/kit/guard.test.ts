import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { testConnectorOf } from '#lib/testing/connectors/test-connector.ts'
import { guarded } from './guard.ts'

const file = { bucket: 'landing', key: 'a.csv', version: 'v1', bytes: 1, modifiedAt: 0 }
const redact = (text: string) => text.replaceAll('s3cret', '…')
const broken = async (): Promise<never> => {
  throw new Error('denied to s3cret')
}
async function* breaking(): AsyncGenerator<never> {
  yield await broken()
}

const connection = { key: 'c', settings: {}, clock: new FakeClock(0), log: silentLog, signal: new AbortController().signal }

describe('what a session does with files', () => {
  const connector = testConnectorOf(z.strictObject({}), () => ({
    files: breaking,
    openFile: async () => ({ file, bytes: breaking() }),
    copyFile: broken,
    buildIndex: () => ({ begin: broken, put: broken, seal: broken, publish: broken, tidy: broken, drop: broken }),
    async *fileMessages() {
      yield { body: 'told', tries: 1, done: broken, giveBack: broken }
    },
  }))
  const session = async () => guarded(connector, redact).open(connection)
  const opened = async () => (await (await session()).openFile?.(file))?.bytes ?? []
  const told = async () => (await Array.fromAsync((await session()).fileMessages?.() ?? []))[0]

  const build = async () => (await session()).buildIndex?.({ alias: 'a', runId: 'r', attempt: 1, fields: [] })

  it.each([
    ['listing', async () => Array.fromAsync((await session()).files?.('landing') ?? [])],
    ['reading', async () => Array.fromAsync(await opened())],
    ['copying', async () => (await session()).copyFile?.(file, 'landing/b.csv')],
    ['taking a message off', async () => (await told())?.done()],
    ['beginning an index', async () => (await build())?.begin()],
    ['putting into an index', async () => (await build())?.put([])],
    ['counting an index', async () => (await build())?.seal(0)],
    ['publishing an index', async () => (await build())?.publish()],
    ['giving a message back', async () => (await told())?.giveBack()],
  ])('says nothing secret when %s fails', async (_what, ask) => {
    await expect(ask()).rejects.toThrow('denied to …')
  })

  it('is there only where the connector has it', async () => {
    const without = await guarded(
      testConnectorOf(z.strictObject({}), () => ({})),
      redact,
    ).open(connection)
    expect([without.files, without.openFile, without.copyFile, without.fileMessages]).toEqual(Array(4).fill(undefined))
  })
})
