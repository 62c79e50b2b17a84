import { writeFile } from 'node:fs/promises'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { catalogueJsonSchema } from '#lib/catalogue/schema/json-schema.ts'
import { defineVerb, readArguments } from './verb.ts'

export default defineVerb({
  usage: '[--out file]',
  summary: 'Print the JSON Schema of tidemark.yaml, for editors.',
  details:
    'Save it beside the catalogue as tidemark.schema.json and begin the catalogue with\n# yaml-language-server: $schema=./tidemark.schema.json',
  async run(args, { terminal }) {
    const { values } = readArguments(args, { out: { type: 'string' } }, { least: 0, most: 0 })
    const text = JSON.stringify(catalogueJsonSchema(await loadExtensions()), null, 2)
    if (values.out === undefined) terminal.print(text)
    else await writeFile(values.out, `${text}\n`)
    return 0
  },
})
