import { expect, it } from 'vitest'
import { type Curation, compileAllowLists } from '#jobs/flows/documents/curation.ts'
import { result, runHarness } from '#lib/testing/runs/run-harness.ts'
import { COURSE_TABLES } from './course-tables.ts'
import { loadTerm } from './load-term.ts'

const COURSE = {
  kind: 'course',
  termDetails: '{"academicCareer":"UGRD","term":{"code":"2267"}}',
  text: '{"title":"A","v2":{"courseId":"1"}}',
}

it('the views of a course are made before its transaction begins', async () => {
  const compiled = compileAllowLists([{ service: 'titles', paths: ['/title'] }], COURSE_TABLES.saysSomething)
  const steps: string[] = []
  const views: Curation['views'] = (...of) => {
    steps.push('views')
    return compiled.views(...of)
  }
  const once = async <T>(_task: string, batchKey: string): Promise<T> => {
    steps.push(batchKey === 'unseen' ? batchKey : 'transaction')
    return JSON.parse('{"fresh":1,"changed":0,"returned":0,"unchanged":0}')
  }
  const end = await runHarness().start(async (ctx) => {
    const connect = (name: string) => ({
      ...ctx.connect(name),
      async *extract() {
        yield COURSE
      },
    })
    const order = { term: '2267', curation: { ...compiled, views }, shrinkRatio: 0.5, batchSize: 10, onBatch: () => {} }
    await loadTerm({ ...ctx, connect, lake: { ...ctx.lake, once } }, order)
    return result
  })
  expect(end.internalProblem).toBeNull()
  expect(steps).toEqual(['views', 'transaction', 'unseen'])
})
