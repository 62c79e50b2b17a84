import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadFolder } from './load-folder.ts'

let folder: string
const isNumber = (value: unknown): value is number => typeof value === 'number'
const load = () => loadFolder(folder, { except: ['shape.ts', 'kit'], inFolder: 'connector.ts' }, isNumber)

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true })
  await writeFile(join(folder, path), text)
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'extensions-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('an extension is a file, or a folder that holds its file; tests, shapes and other folders are none', async () => {
  await write('one.ts', 'export default 1')
  await write('two/connector.ts', 'export default 2')
  await write('kit/connector.ts', 'export default 4')
  await write('one/part.ts', 'export const part = 1')
  await write('one.test.ts', 'export default 3')
  await write('shape.ts', 'export const shape = 1')
  expect([...(await load())]).toEqual([
    ['one', 1],
    ['two', 2],
  ])
})

test('an extension of another shape is refused by its path', async () => {
  await write('two/connector.ts', 'export default "two"')
  await expect(load()).rejects.toThrow('two/connector.ts has no default export of the shape its folder asks for.')
})

test('an extension that stands there both ways is refused', async () => {
  await write('one.ts', 'export default 1')
  await write('one/connector.ts', 'export default 2')
  await expect(load()).rejects.toThrow('one stands there twice: as one.ts and as one/connector.ts.')
})
