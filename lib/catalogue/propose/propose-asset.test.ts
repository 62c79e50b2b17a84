import { expect, it } from 'vitest'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { proposeAsset } from './propose-asset.ts'

it('proposes lines that a catalogue takes as they are, whatever the names', () => {
  const key = 'lake/"Odd: #1".{table}'
  const lines = proposeAsset({
    key,
    name: '- yes: no',
    kind: 'table',
    settings: { column: 'loaded at' },
    policy: { kind: 'calendar-days' },
  })
  const inFeed = lines.replaceAll(/^/gm, '        ').trimEnd()
  const text = `page: { name: P, zone: UTC }\nconnections: { lake: { kind: postgres, url: "\${LAKE}" } }\ngroups:\n  g:\n    feeds:\n      f:\n${inFeed}\n`
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text }], campusContracts)
  expect(loaded).toMatchObject({
    ok: true,
    catalogue: { assets: [{ key, name: '- yes: no', kind: 'table', policies: [{ kind: 'calendar-days' }] }] },
  })
})
