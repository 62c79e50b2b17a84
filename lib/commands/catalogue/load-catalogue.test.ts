import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { campusCatalogue, campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { loadCatalogue, loadCatalogueTexts } from './load-catalogue.ts'
import { readCatalogueAgain } from './read-catalogue.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-catalogue-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const load = (text: string, contracts = campusContracts) => loadCatalogueTexts([{ file: 'tidemark.yaml', text }], contracts)

describe('a catalogue on disk', () => {
  it('is read from one file', async () => {
    const path = join(folder, 'tidemark.yaml')
    writeFileSync(path, campusCatalogue)
    const loaded = await loadCatalogue(path, campusContracts)
    expect(loaded.ok && loaded.catalogue.feeds.map((feed) => feed.source.file)).toEqual(['tidemark.yaml', 'tidemark.yaml'])
    expect(loaded.ok && loaded.document['connections']).toMatchObject({ peoplesoft: { password: '${PEOPLESOFT_PASSWORD}' } })
  })

  it('in another encoding than UTF-8 is refused with its line, and no character of it is changed', async () => {
    const path = join(folder, 'latin1.yaml')
    writeFileSync(path, Buffer.from('page:\n  name: Universit\xe4t\n', 'latin1'))
    const loaded = await loadCatalogue(path, campusContracts)
    expect(loaded.ok ? [] : loaded.problems.map(({ problem }) => problem)).toEqual([expect.stringContaining('is not UTF-8 text (line 2)')])
  })

  it('is read from a folder, hidden files and others left out', async () => {
    const parts = join(folder, 'parts')
    mkdirSync(join(parts, 'nested.yaml'), { recursive: true })
    writeFileSync(join(parts, 'b.yml'), 'groups: { b: { feeds: { y: {} } } }\n')
    writeFileSync(join(parts, 'a.yaml'), 'page: { name: P, zone: UTC }\ngroups: { a: {} }\n')
    writeFileSync(join(parts, '.c.yaml.swp'), 'not yaml: [')
    writeFileSync(join(parts, '.d.yaml'), 'not yaml: [')
    writeFileSync(join(parts, 'README.md'), 'not yaml: [')
    const loaded = await loadCatalogue(parts, campusContracts)
    expect(loaded.ok && loaded.catalogue.groups.map((group) => group.key)).toEqual(['a', 'b'])
    expect(loaded.ok && loaded.catalogue.feeds[0]?.source).toMatchObject({ file: 'b.yml', line: 1 })
  })

  it('brings the contracts of the folder beside it along, a single file and a folder alike, and changes with them', async () => {
    const read = async (path: string) => {
      const { read: found, content } = await readCatalogueAgain(path)
      return { files: found.ok ? found.texts.map(({ file }) => file) : [], content }
    }
    const place = join(folder, 'contracted')
    for (const under of ['crm', '..2026']) mkdirSync(join(place, 'contracts', under), { recursive: true })
    writeFileSync(join(place, 'tidemark.yaml'), 'page: { name: P, zone: UTC }\n')
    for (const name of ['crm/v2.yaml', 'crm/v1.json', '.hidden.yaml', '..2026/linked.yaml', 'README.md'])
      writeFileSync(join(place, 'contracts', name), '{}\n')
    symlinkSync('..2026/linked.yaml', join(place, 'contracts', 'linked.yaml'))
    const expected = ['tidemark.yaml', 'contracts/crm/v1.json', 'contracts/crm/v2.yaml', 'contracts/linked.yaml']
    const before = await read(place)
    expect([before.files, (await read(join(place, 'tidemark.yaml'))).files]).toEqual([expected, expected])
    writeFileSync(join(place, 'contracts', 'crm', 'v2.yaml'), '{ id: x }\n')
    expect((await read(place)).content).not.toBe(before.content)
  })

  it('is refused beyond three megabytes, all files together, and in UTF-16', async () => {
    const large = join(folder, 'large')
    mkdirSync(large)
    for (const name of ['a.yaml', 'b.yaml']) writeFileSync(join(large, name), `# ${'x'.repeat(1_600_000)}\n`)
    const refused = await loadCatalogue(large, campusContracts)
    expect(refused).toMatchObject({ ok: false, problems: [{ file: 'b.yaml', problem: expect.stringContaining('larger than 3 MB') }] })
    const path = join(folder, 'utf16.yaml')
    writeFileSync(path, Buffer.from(`\uFEFF${campusCatalogue}`, 'utf16le'))
    const foreign = await loadCatalogue(path, campusContracts)
    expect(foreign).toMatchObject({ ok: false, problems: [{ problem: expect.stringContaining('is UTF-16 text') }] })
  })

  it('that is not there is a problem like any other', async () => {
    const loaded = await loadCatalogue(join(folder, 'missing.yaml'), campusContracts)
    expect(loaded).toMatchObject({ ok: false, problems: [{ line: 1, problem: expect.stringContaining('There is no catalogue at') }] })
    mkdirSync(join(folder, 'empty'))
    expect(await loadCatalogue(join(folder, 'empty'), campusContracts)).toMatchObject({
      ok: false,
      problems: [{ remedy: 'Put tidemark.yaml into it.' }],
    })
  })
})

describe('the hash', () => {
  const hash = load(campusCatalogue).hash

  it('stays the same for the same catalogue', () => {
    expect(load(campusCatalogue).hash).toBe(hash)
  })

  it('changes with the file, also with a comment inside a feed', () => {
    expect(load(campusCatalogue.replace('45m', '50m')).hash).not.toBe(hash)
    expect(load(campusCatalogue.replace('# Loaded every night', '# Loaded each night')).hash).not.toBe(hash)
  })

  it('changes when a flow file changes what it does', () => {
    const flows = new Map([...campusContracts.flows].map(([name, flow]) => [name, { ...flow, timeoutMs: flow.timeoutMs + 1 }]))
    expect(load(campusCatalogue, { ...campusContracts, flows }).hash).not.toBe(hash)
  })

  it('of a bad catalogue tells one bad text from another', () => {
    expect(load('a: 1\n')).toMatchObject({ ok: false })
    expect(load('a: 1\n').hash).not.toBe(load('a: 2\n').hash)
  })
})
