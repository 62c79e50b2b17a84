import { describe, expect, test } from 'vitest'
import { ADVISORY_LOCKS } from '#lib/platform/postgres/advisory-locks.ts'
import { FOLDERS, type Found, isTest, mayHoldFacts, rootFiles, type SourceFile, sourceFiles, syntaxOf } from './source-files.ts'

const FILE_LINES_MAX = 250
const FOLDER_ENTRIES_MAX = 27
/** One entry a system, channel or route, and what stands at the root of the web shell because Next wants it there. */
const MAY_BE_LARGER = ['lib/connectors', 'app']
const FUNCTION_LINES_MAX = 100
const FUNCTION_LINES_WARN = 60

const files = [...rootFiles(), ...FOLDERS.flatMap(sourceFiles)]
const typescript = files.filter((file) => /\.(ts|tsx|mjs)$/.test(file.path))
const syntax = typescript.filter((file) => mayHoldFacts(file, isTest(file.path) ? FUNCTION_LINES_MAX : FUNCTION_LINES_WARN)).map(syntaxOf)

const inFolders = (file: { path: string }, ...folders: string[]) => folders.some((folder) => file.path.startsWith(`${folder}/`))
const toText = (found: Found) => `${found.path}:${found.line} ${found.what}`

/** A test may measure how long something takes. */
const isStopwatch = (read: Found) => isTest(read.path) && read.what === 'performance.now'

test('every advisory lock stands in the one list, each with a key of its own', () => {
  const keys = Object.values(ADVISORY_LOCKS)
  expect(new Set(keys).size).toBe(keys.length)
  const others = files.filter(
    ({ path, text }) =>
      inFolders({ path }, 'lib', 'jobs') && /pg_(try_)?advisory_(?!unlock_all)/.test(text) && !text.includes('ADVISORY_LOCKS'),
  )
  expect(others.map(({ path }) => path).sort()).toEqual(['jobs/flows/documents/tables.ts', 'lib/testing/database/database.ts'])
})

test('the Prisma client is asked for signing in only, so that no worker loads it', () => {
  const product = files.filter(
    ({ path }) => inFolders({ path }, 'lib', 'app', 'jobs') && !isTest(path) && !inFolders({ path }, 'lib/testing'),
  )
  const asking = product.filter(({ text }) => /\bprisma\(\)(?!:)/.test(text))
  expect(asking.map(({ path }) => path)).toEqual(['lib/db/people/people.ts'])
})

describe('who asks', () => {
  const pages = typescript.filter(({ path }) => /^app\/.*\/(page\.tsx|route\.ts)$/.test(path))
  const verbsIn = (...folders: string[]) => typescript.filter((file) => inFolders(file, ...folders) && !isTest(file.path))
  /** What shows nothing of anybody's, with what it goes by instead. */
  const OTHERWISE: Record<string, string> = {
    'app/api/health/route.ts': 'webProcess().context',
    'app/unavailable/page.tsx': 'webProcess().context',
    'app/overview/page.tsx': 'isOwnCall(told)',
    'app/account/tokens/made/page.tsx': 'isOwnCall(asked)',
  }

  test('is found out by every page and route, or it stands here what it goes by', () => {
    expect(pages.length).toBeGreaterThan(20)
    const without = pages.filter(
      ({ path, text }) =>
        !text.includes(OTHERWISE[path] ?? 'requestContext()') &&
        !/acceptAction\(\s*request,\s*\{|(post\w+|answerEmbed|atomResponse|accept(Push|Saying|Leaving|\w*ubscription))\(/.test(text),
    )
    expect(without.map(({ path }) => path)).toEqual([])
  })

  test('is known to every query and command: each that answers later takes the context, or the transaction of one that does', () => {
    const found = verbsIn('lib/queries', 'lib/commands').flatMap(({ path, text }) =>
      [...text.matchAll(/^export (?:async )?function (\w+)(?:<[^(]*>)?\(\s*([\s\S]*?)\): (Promise<|[^\n]*)/gm)]
        .filter(([, , , answer]) => answer === 'Promise<')
        .map(([, name, parameters = '']) => ({ name: `${path} ${name}`, parameters })),
    )
    expect(found.length).toBeGreaterThan(60)
    const without = found.filter(({ parameters }) => !/^(ctx|context|\{ \w+ \}): (Pick<)?Context|^sql: (Sql|PoolClient)/.test(parameters))
    expect(without.map(({ name }) => name).sort()).toEqual([
      'lib/commands/catalogue/load-catalogue.ts loadCatalogue',
      'lib/commands/catalogue/read-catalogue.ts readCatalogueAgain',
      'lib/commands/catalogue/read-catalogue.ts readCatalogueTexts',
      'lib/queries/changes/database-answer.ts withinPatience',
    ])
  })

  test('sees no more than that: no query goes around what its context shows', () => {
    const around = verbsIn('lib/queries').filter(({ text }) => /\.whole\b|prisma/.test(text))
    expect(around.map(({ path }) => path)).toEqual([])
  })
})

describe('the source', () => {
  test('reads the clock in one place', () => {
    const clock = ['lib/platform/clock.ts']
    const reads = syntax
      .flatMap((found) => found.clockReads)
      .filter((read) => inFolders(read, 'lib', 'app', 'jobs') && !clock.includes(read.path) && !isStopwatch(read))
    expect(reads.map(toText)).toEqual([])
  })

  test('reads the environment in one place', () => {
    const allowed = [
      'lib/platform/env.ts',
      'lib/testing/database/global-setup.ts',
      'e2e/playwright.config.ts',
      'instrumentation.ts',
      'proxy.ts',
    ]
    const reads = syntax
      .flatMap((found) => found.environmentReads)
      .filter((read) => !inFolders(read, '.config') && !allowed.includes(read.path))
    expect(reads.map(toText)).toEqual([])
  })

  test('says at the head of every SQL file what the file promises', () => {
    const statements = files.filter((file) => file.path.endsWith('.sql'))
    expect(statements.length).toBeGreaterThan(0)
    expect(statements.filter((file) => !file.text.startsWith('-- ')).map((file) => file.path)).toEqual([])
  })

  test(`has no folder with more than ${FOLDER_ENTRIES_MAX} entries, tests and README not counted`, () => {
    const entries = new Map<string, Set<string>>()
    for (const { path } of files.filter((file) => !isTest(file.path))) {
      const parts = path.split('/')
      parts.slice(0, -1).forEach((_, depth) => {
        const folder = parts.slice(0, depth + 1).join('/')
        entries.set(folder, (entries.get(folder) ?? new Set()).add(parts[depth + 1] ?? ''))
      })
    }
    const large = [...entries].filter(([folder, { size }]) => size > FOLDER_ENTRIES_MAX && !MAY_BE_LARGER.includes(folder))
    expect(large.map(([folder, { size }]) => `${folder}: ${size}`)).toEqual([])
  })

  test(`has no file over ${FILE_LINES_MAX} lines`, () => {
    expect(files.filter((file) => file.lines > FILE_LINES_MAX).map((file) => `${file.path} ${file.lines}`)).toEqual([])
  })

  test(`has no function over ${FUNCTION_LINES_MAX} lines`, () => {
    const functions = syntax
      .flatMap((found) => found.functions)
      .map((found) => ({ ...found, text: `${toText(found)} ${found.lines} lines` }))
    const long = functions.filter((found) => found.lines > FUNCTION_LINES_WARN && !isTest(found.path))
    if (long.length > 0)
      process.stdout.write(`functions over ${FUNCTION_LINES_WARN} lines:\n${long.map((found) => `  ${found.text}\n`).join('')}`)
    expect(functions.filter((found) => found.lines > FUNCTION_LINES_MAX).map((found) => found.text)).toEqual([])
  })

  test.each(['lib/domain', 'lib/engine'])('%s has at least as many lines of tests as of source', (folder) => {
    const count = (some: SourceFile[]) => some.reduce((sum, file) => sum + file.lines, 0)
    const all = typescript.filter((file) => inFolders(file, folder))
    const tests = count(all.filter((file) => isTest(file.path)))
    const source = count(all.filter((file) => !isTest(file.path)))
    process.stdout.write(`${folder}: ${tests} lines of tests, ${source} of source (${(tests / source).toFixed(2)})\n`)
    expect(tests).toBeGreaterThanOrEqual(source)
  })
})
