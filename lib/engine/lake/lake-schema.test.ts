import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { listSchemaFiles } from './lake-schema.ts'

const SQL = fileURLToPath(new URL('../../../sql/', import.meta.url))

test('every file of sql/ is applied once, after those that it builds on', async () => {
  const files = await listSchemaFiles(SQL)
  expect(files.slice(0, 2)).toEqual(['tidemark.sql', 'documents.sql'])
  expect(files.toSorted()).toEqual((await readdir(SQL)).filter((name) => name.endsWith('.sql')).sort())
})
