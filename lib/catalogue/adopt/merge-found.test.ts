import { describe, expect, it } from 'vitest'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { FOLDERS, TWO_CONNECTIONS } from '#lib/testing/worlds/found-world.ts'
import { adopt } from './adopt.ts'
import type { FoundAsset } from './adoption.ts'

const tile = (path: string, job: string | null): FoundAsset => ({
  ...{ connection: 'looker', path, kind: 'consumer', name: path, group: '', labels: { folder: 'Finance', dashboard: 'Revenue' } },
  ...{ owner: null, job, policy: null, settings: {}, foundAt: 0, goneAt: null },
})

/** The jobs of two tiles that were found, one of which is said to be written by a job, in a catalogue in which this is written. */
function jobsBeside(assets: string) {
  const text = `${TWO_CONNECTIONS}groups: { bi: { feeds: { revenue: { owner: Grace, assets: { ${assets} } } } } }\n${FOLDERS}`
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text }], campusContracts)
  if (!loaded.ok || loaded.adoption === null) throw new Error(JSON.stringify(loaded))
  const found = { assets: [tile('1', 'nightly'), tile('2', null)], edges: [] }
  const adopting = { ...loaded.adoption, identities: new Map() }
  const { catalogue } = adopt(loaded.catalogue, adopting, found, { now: 0, known: new Set() })
  return ['looker/1', 'looker/2'].map((key) => catalogue.assets.find((asset) => asset.key === key)?.job)
}

describe('the job that discovery says writes something', () => {
  it('is that of its own connection', () => {
    expect(jobsBeside('"looker/3": {}')).toEqual(['looker/nightly', undefined])
  })

  it('is not it where somebody has written another', () => {
    expect(jobsBeside('"looker/1": { job: lake/hourly }')).toEqual(['lake/hourly', undefined])
  })
})
