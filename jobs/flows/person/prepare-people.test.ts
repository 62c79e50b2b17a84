import { describe, expect, it } from 'vitest'
import { type Curation, compileAllowLists } from '#jobs/flows/documents/curation.ts'
import { sourceHash } from '#jobs/flows/documents/document-row.ts'
import { preparePeople } from './prepare-people.ts'
import { PERSON_TABLES } from './store/person-tables.ts'

const compiled = compileAllowLists([{ service: 'names', paths: ['/names'] }], PERSON_TABLES.saysSomething)
const sent = (text: string) => ({ buid: 'U1', populations: ['student'] as const, text })
const TEXT = '{"personid":"U1","names":["Ada"]}'

/** A batch of one, where the lake knows these people; says of what views were made. */
async function prepared(text: string, ...known: object[]) {
  const made: object[] = []
  const views: Curation['views'] = (document, groups) => {
    made.push(document)
    return compiled.views(document, groups)
  }
  const query = async <T>(): Promise<T[]> => JSON.parse(JSON.stringify(known))
  const { rows, refused } = await preparePeople({ query }, [sent(text)], { ...compiled, views })
  return { rows, refused, made }
}

describe('a batch before its transaction', () => {
  it('is not even parsed where the lake knows the text', async () => {
    const known = {
      buid: 'U1',
      groups: ['student'],
      deleted: false,
      hash: 'as the lake knows it',
      source: sourceHash('not JSON'),
    }
    const { rows, refused, made } = await prepared('not JSON', known)
    expect(rows).toMatchObject([{ hash: 'as the lake knows it' }])
    expect([refused, made]).toEqual([[], []])
  })

  it('has the views of what will be written, so that the transaction need not make them', async () => {
    const { rows, made } = await prepared(TEXT)
    expect(made).toHaveLength(1)
    expect(rows[0]?.views(['student']).documents.size).toBe(1)
    expect(made).toHaveLength(1)
  })

  it('keeps no document parsed: memory is for texts', async () => {
    const { rows, made } = await prepared(TEXT)
    rows[0]?.views(['employee', 'student'])
    expect(made[1]).toEqual(made[0])
    expect(made[1]).not.toBe(made[0])
  })
})
