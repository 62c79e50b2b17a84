import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import rules from './dependency-cruiser.mjs'
import { copyImports } from './source-files.ts'

const MODULES_MIN = 100
const CRUISED = ['lib', 'app', 'jobs', 'demo', 'e2e', 'instrumentation.ts', 'proxy.ts'].filter((path) => existsSync(path))

async function cruiseFolder(baseDir: string, folders: string[]): Promise<ICruiseResult> {
  const { enhancedResolveOptions, ...options } = rules.options
  const cruiseOptions: ICruiseOptions = { ...options, baseDir, validate: true, ruleSet: { forbidden: rules.forbidden } }
  const { output } = await cruise(folders, cruiseOptions, enhancedResolveOptions)
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text')
  return output
}

/** For each rule one file that breaks it, by a type where nothing else is said. */
const VIOLATIONS: Record<string, [path: string, imports: string, kind?: 'value']> = {
  'domain-imports-downward': ['lib/domain/bad.ts', '#lib/platform/good.ts'],
  'catalogue-imports-downward': ['lib/catalogue/bad.ts', '#lib/records/good.ts'],
  'records-imports-downward': ['lib/records/bad.ts', '#lib/platform/good.ts'],
  'platform-imports-downward': ['lib/platform/bad.ts', '#lib/db/good.ts'],
  'db-imports-downward': ['lib/db/bad.ts', '#lib/connectors/good.ts'],
  'connectors-imports-downward': ['lib/connectors/bad.ts', '#lib/db/good.ts'],
  'notifiers-imports-downward': ['lib/notifiers/bad.ts', '#lib/engine/good.ts'],
  'engine-imports-downward': ['lib/engine/bad.ts', '#lib/db/good.ts'],
  'access-imports-downward': ['lib/access/bad.ts', '#lib/commands/good.ts'],
  'queries-imports-downward': ['lib/queries/bad.ts', '#lib/commands/good.ts'],
  'commands-imports-downward': ['lib/commands/bad.ts', '#lib/connectors/good.ts'],
  'commands-take-only-words-from-connectors': ['lib/commands/bad-word.ts', '#lib/connectors/kit/connector.ts', 'value'],
  'connectors-load-little': ['lib/connectors/bad-system.ts', '#lib/connectors/system/observe.ts', 'value'],
  'app-reads-queries-and-writes-commands': ['app/bad.ts', '#lib/db/good.ts'],
  'jobs-do-not-know-app': ['jobs/bad.ts', '#app/good.ts'],
  'production-imports-no-test-tools': ['lib/commands/bad-tool.ts', '#lib/testing/good.ts'],
  'production-does-not-know-the-demo': ['jobs/bad-demo.ts', '#demo/good.ts'],
  'domain-has-no-effects': ['lib/domain/bad-effect.ts', 'node:fs'],
  'catalogue-has-no-effects': ['lib/catalogue/bad-effect.ts', 'node:fs'],
  'records-has-no-effects': ['lib/records/bad-effect.ts', 'node:fs'],
  'wording-is-light': ['lib/domain/wording/bad.ts', '#lib/domain/time/bad-zone.ts'],
  'prisma-stays-in-db': ['lib/commands/bad-prisma.ts', '#lib/db/generated/good.ts'],
  'react-and-next-stay-in-app': ['lib/queries/bad-react.ts', 'react'],
  'not-to-unresolvable': ['lib/queries/bad-path.ts', '#lib/nowhere.ts'],
}

describe('the rules about who may import whom', () => {
  let folder: string
  let result: ICruiseResult

  async function write(path: string, text: string): Promise<void> {
    await mkdir(join(folder, dirname(path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'architecture-'))
    await write(
      'package.json',
      JSON.stringify({ type: 'module', imports: { '#lib/*': './lib/*', '#app/*': './app/*', '#demo/*': './demo/*' } }),
    )
    await symlink(resolve('node_modules'), join(folder, 'node_modules'))
    const good = ['domain', 'records', 'platform', 'db', 'db/generated', 'connectors', 'engine', 'commands', 'testing'].map(
      (name) => `lib/${name}/good.ts`,
    )
    for (const path of [...good, 'app/good.ts', 'demo/good.ts']) await write(path, 'export interface Good { name: string }\n')
    for (const path of ['kit/connector.ts', 'system/observe.ts']) await write(`lib/connectors/${path}`, 'export const good = 1\n')
    for (const [path, imports, kind] of Object.values(VIOLATIONS)) {
      const text =
        kind === 'value' ? `export { good } from '${imports}'\n` : `import type { Good } from '${imports}'\nexport type Bad = Good\n`
      await write(path, text)
    }
    await write('lib/domain/time/bad-zone.ts', `import type { DateTime } from 'luxon'\nexport type Good = DateTime\n`)
    await write('lib/domain/bad-one.ts', `import { two } from './bad-two.ts'\nexport const one = () => two\n`)
    await write('lib/domain/bad-two.ts', `import { one } from './bad-one.ts'\nexport const two = () => one\n`)
    result = await cruiseFolder(folder, ['lib', 'app', 'jobs', 'demo'])
  })

  afterAll(() => rm(folder, { recursive: true }))

  test('are all proven by a file that breaks them, type-only imports included', () => {
    const reported = (name: string) =>
      result.summary.violations.filter((violation) => violation.rule.name === name).map((violation) => violation.from)
    for (const [name, [path]] of Object.entries(VIOLATIONS)) expect(reported(name), name).toContain(path)
    expect(reported('no-circular')).toContain('lib/domain/bad-one.ts')
  })

  test('leave nothing out: every rule has its proof, every rule its sentence', () => {
    expect(rules.forbidden.map((rule) => rule.name).sort()).toEqual([...Object.keys(VIOLATIONS), 'no-circular'].sort())
    for (const rule of rules.forbidden) expect(rule.comment).toMatch(/\.$/)
  })

  test('accuse nobody else', () => {
    const accused = result.summary.violations.map((violation) => violation.from).filter((path) => !/\/bad[^/]*\.ts$/.test(path))
    expect(accused).toEqual([])
  })

  test(`are kept by the whole project, which has more than ${MODULES_MIN} modules`, { timeout: 60_000 }, async () => {
    const project = await mkdtemp(join(tmpdir(), 'architecture-'))
    copyImports(CRUISED, project)
    const { summary } = await cruiseFolder(project, CRUISED)
    await rm(project, { recursive: true })
    expect(summary.totalCruised).toBeGreaterThan(MODULES_MIN)
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([])
  })
})
