import { describe, expect, it } from 'vitest'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { FOLDERS, TWO_CONNECTIONS } from '#lib/testing/worlds/found-world.ts'
import { checkLabels } from './check-labels.ts'

describe('a label that rules ask for', () => {
  const check = (text: string, known: Record<string, string[]>) => {
    const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text: TWO_CONNECTIONS + text }], campusContracts)
    const rules = loaded.ok ? (loaded.adoption?.rules.rules ?? []) : []
    return checkLabels(rules, ['lake', 'looker'], new Map(Object.entries(known).map(([key, labels]) => [key, new Set(labels)])))
  }
  const text = 'adopt:\n  - from: looker/**\n    group: "{foldr} {path.1}"\n    feed: "{name}"\n    where: { team: x }\n'

  it('and nothing has is a problem at its line, once it is known what there is', () => {
    const { problems, remarks } = check(text, { looker: ['folder', 'dashboard'] })
    expect(remarks).toEqual([])
    expect(problems.map(({ line, path, problem, remedy }) => `${line} ${path} ${problem} ${remedy}`)).toEqual([
      '5 adopt[0].group Nothing that was found in looker has a label "foldr". Did you mean "folder"?',
      '7 adopt[0].where Nothing that was found in looker has a label "team". There is: folder, dashboard.',
    ])
  })

  it('is a remark while nobody has looked', () => {
    const { problems, remarks } = check(text, { lake: [] })
    expect(problems).toEqual([])
    expect(remarks.map(({ problem }) => problem)).toEqual([
      'Nobody has looked yet what there is in looker, so nobody knows a label "foldr".',
      'Nobody has looked yet what there is in looker, so nobody knows a label "team".',
    ])
  })

  it('is fine where something has it', () => {
    expect(check(FOLDERS, { looker: ['folder', 'dashboard'] })).toEqual({ problems: [], remarks: [] })
  })
})
