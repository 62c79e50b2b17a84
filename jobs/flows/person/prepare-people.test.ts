import { describe, expect, it } from 'vitest'
import type { Curation } from '#jobs/flows/documents/curation.ts'
import { sourceHash } from './person-row.ts'
import { preparePeople } from './prepare-people.ts'
import { compileServices } from './services.ts'

const compiled = compileServices([{ service: 'names', paths: ['/names'] }])
const sent = (text: string) => ({ buid: 'U1', populations: ['student'] as const, text })
const TEXT = '{"personid":"U1","names":["Ada"]}'

/** A batch of one, where the lake knows these people; counts how often views are made. */
async function prepared(text: string, ...known: object[]) {
  let made = 0
  const views: Curation['views'] = (...of) => {
    made += 1
    return compiled.views(...of)
  }
  const query = async <T>(): Promise<T[]> => JSON.parse(JSON.stringify(known))
  const { rows, refused } = await preparePeople({ query }, [sent(text)], { ...compiled, views })
  return { rows, refused, made: () => made }
}

describe('a batch before its transaction', () => {
  it('W31: is not even parsed where the lake knows the text', async () => {
    const known = {
      buid: 'U1',
      populations: ['student'],
      deleted: false,
      hash: 'as the lake knows it',
      source: sourceHash('not JSON'),
      document: null,
    }
    const { rows, refused, made } = await prepared('not JSON', known)
    expect(rows).toMatchObject([{ hash: 'as the lake knows it' }])
    expect([refused, made()]).toEqual([[], 0])
  })

  it('W31: has the views of what will be written, so that the transaction need not make them', async () => {
    const { rows, made } = await prepared(TEXT)
    expect(made()).toBe(1)
    expect(rows[0]?.views(['student']).documents.size).toBe(1)
    expect(made()).toBe(1)
  })
})
