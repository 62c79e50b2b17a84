// Development only: prints the SQL that would make an empty database look like prisma/schema.prisma.
// Needs DATABASE_URL of any empty database. Compare it with prisma/migrations and put what is new into a folder of its own there.
import { readFile } from 'node:fs/promises'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { SchemaEngine } from '@prisma/schema-engine-wasm'

const path = 'prisma/schema.prisma'
const content = await readFile(path, 'utf8')
const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: process.env['DATABASE_URL'] ?? '' }))
const engine = await SchemaEngine.new({ datamodels: [[path, content]] }, () => {}, adapter)
const result = await engine.diff({
  from: { tag: 'empty' },
  to: { tag: 'schemaDatamodel', files: [{ path, content }] },
  script: true,
  exitCode: null,
  filters: { externalTables: [], externalEnums: [] },
})
process.stdout.write(result.stdout ?? '')
