import { afterAll, beforeAll, expect, it } from 'vitest'
import { coursesCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'
import { findThings } from './find-things.ts'

let harness: ScenarioHarness
beforeAll(async () => {
  harness = await ScenarioHarness.open('2026-11-19T12:00:00Z', { idle: true })
  await harness.declare(coursesCatalogue())
})
afterAll(() => harness.close())

const find = async (text: string) => {
  const { assets, flows, connections, feedIds } = await findThings(harness.ctx, text)
  return [assets.shown.map(({ key }) => key), flows.shown.map(({ name }) => name), connections.shown.map(({ key }) => key), feedIds.size]
}

it('finds assets, the flows that touch them and connections by name, key and kind', async () => {
  expect(await find('PeopleSoft')).toEqual([['peoplesoft/BU_TERM_QRY'], ['term'], ['peoplesoft'], 1])
  expect(await find('snaplogic COURSES')).toEqual([['snaplogic/courses'], ['course'], [], 1])
  expect(await find('Terms by service')).toMatchObject([['lake/term_curated.term_data_by_service'], [], [], 1])
})

it('takes what is no pattern as it is written, and finds nothing for nothing like it', async () => {
  expect(await find('100%')).toEqual([[], [], [], 0])
  expect(await find('_____')).toEqual([[], [], [], 0])
  expect(await find("'; drop \0")).toEqual([[], [], [], 0])
})
