import { expect, it } from 'vitest'
import type { WantedValues } from '#lib/domain/runs/trigger-conditions.ts'
import { bridged, record, s3 } from '#lib/testing/files/told-files.ts'
import { snsMessage } from '#lib/testing/push/sns.ts'
import { readPush } from './accept-flow-push.ts'

const FILES = { kind: 'file' as const, source: 'b', place: '', match: null, by: 'push' as const, everyMs: 1 }
const prices = { kind: ['prices'] }
const refused = { code: 'invalid', publicMessage: 'The flow does not run for this. Its "kind" is posts, and not prices.' }

it('a push asks for a run where it says what one of the triggers wants, whatever it is packed in', () => {
  const read = (sent: unknown, runs: WantedValues[] = [prices, { shop: ['sony'] }]) => readPush({ files: [], runs }, sent)
  expect(read({ kind: 'prices' })).toEqual({ parameters: { kind: 'prices' } })
  expect(read({ shop: 'sony' })).toEqual({ parameters: { shop: 'sony' } })
  expect(read({ kind: 'posts' }, [{}])).toEqual({ parameters: { kind: 'posts' } })
  expect(read(snsMessage({ kind: 'prices' }))).toEqual({ parameters: { kind: 'prices' } })
  for (const sent of [{ kind: 'posts' }, snsMessage({ kind: 'posts' })]) expect(() => read(sent)).toThrow(expect.objectContaining(refused))
})

it('what is said of runs is not asked of files', () => {
  const flow = { files: [FILES], runs: [prices] }
  expect(readPush(flow, s3(record({ key: 'a' })))).toMatchObject({ files: [{ key: 'a' }] })
  expect(readPush(flow, bridged({ key: 'a' }))).toMatchObject({ files: [{ key: 'a' }] })
  expect(() => readPush(flow, { kind: 'posts' })).toThrow(expect.objectContaining(refused))
})

it('of files of which some can be read and some cannot nothing becomes a run, and whoever sent them is told', () => {
  const sent = s3(record({ key: 'a' }), { eventName: 'ObjectCreated:Put' })
  expect(() => readPush({ files: [FILES], runs: [{}] }, sent)).toThrow(
    expect.objectContaining({ code: 'invalid', publicMessage: expect.stringMatching(/^Event 2/) }),
  )
})
