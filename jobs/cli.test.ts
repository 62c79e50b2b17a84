import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandLine } from '#jobs/cli/verb.ts'
import { type Environment, readEnvironment } from '#lib/platform/env.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { runCommandLine } from './cli.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-cli-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Heard {
  code: number
  printed: string
  noted: string
}

async function tidemark(words: string, given: Partial<Environment> = {}, answer: string | null = null): Promise<Heard> {
  const printed: string[] = []
  const noted: string[] = []
  const command: CommandLine = {
    terminal: { print: (text) => printed.push(text), note: (text) => noted.push(text), ask: async () => answer },
    environment: () => ({ ...readEnvironment({ TIDEMARK_DATA: join(folder, 'data'), ENV_FILE: 'none' }), ...given }),
    clock: new FakeClock(0),
    log: silentLog,
    signal: new AbortController().signal,
  }
  const code = await runCommandLine(words.split(' ').filter(Boolean), command)
  return { code, printed: printed.join('\n'), noted: noted.join('\n') }
}

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const VERBS = 'admin cancel check discover maintenance pause recompute reset resume run runs schema status token wait'.split(' ')

describe('the command line', () => {
  it('lists its verbs', async () => {
    const { code, printed } = await tidemark('--help')
    expect(code).toBe(0)
    for (const verb of VERBS) expect(printed).toMatch(new RegExp(`^ {2}${verb} `, 'm'))
    expect((await tidemark('')).code).toBe(1)
  })

  it('explains each verb', async () => {
    for (const verb of VERBS) {
      const { code, printed } = await tidemark(`${verb} --help`)
      expect([code, printed]).toEqual([0, expect.stringMatching(new RegExp(`^Usage: tidemark ${verb}`))])
    }
  })

  it('says what was probably meant', async () => {
    expect(await tidemark('chekc')).toMatchObject({
      code: 1,
      noted: expect.stringContaining('There is no verb "chekc". Did you mean "check"?'),
    })
  })

  it('refuses words and options it does not know, in words', async () => {
    expect(await tidemark('check a b')).toEqual({
      code: 1,
      printed: '',
      noted: '"b" is one word too many. Add --help to see how it is written.',
    })
    expect(await tidemark('schema --uot x')).toEqual({
      code: 1,
      printed: '',
      noted: "Unknown option '--uot'. Add --help to see how it is written.",
    })
    expect(await tidemark('run')).toEqual({ code: 1, printed: '', noted: 'Something is missing. Add --help to see how it is written.' })
  })
})

describe('check', () => {
  it('is content with a good catalogue and names what is not set', async () => {
    const config = write(
      'good.yaml',
      'page: { name: P, zone: UTC }\nconnections: { lake: { kind: postgres, url: "${NOT_SET_ANYWHERE}" } }\ngroups: { g: { feeds: { f: {} } } }\n',
    )
    const heard = await tidemark('check', { config })
    expect(heard).toEqual({
      code: 0,
      printed: `${config} is good: 1 group, 1 feed, 0 assets, 1 connection and 0 flows.`,
      noted: 'Not set here, needed when it is used: NOT_SET_ANYWHERE.',
    })
  })

  it('says nothing of what the demo is given, and what to do about an address with a raw password', async () => {
    const env = write('odd.env', 'RAW_URL=postgres://reader:hunter2/#@db.example/warehouse\n')
    const config = write(
      'demo.yaml',
      'page: { name: P, zone: UTC, demo: true }\nconnections: { own: { kind: postgres, url: "${DEMO_URL}" }, raw: { kind: postgres, url: "${RAW_URL}" } }\ngroups: { g: { feeds: { f: {} } } }\n',
    )
    const { code, noted } = await tidemark('check', { config, envFile: env })
    expect(code).toBe(0)
    expect(noted).toMatch(/^What \$\{RAW_URL\} stands for does not read as an address; .*@ as %40/)
    expect(noted).not.toContain('hunter2')
  })

  it('names the flows without code, with what they read and write', async () => {
    const config = write(
      'recipe.yaml',
      `page: { name: P, zone: UTC }
connections: { lake: { kind: postgres, url: "\${LAKE}" }, hr: { kind: postgres, url: "\${HR}" } }
flows:
  staff: { feed: hr/staff, schedule: "20 4 * * *", extract: { from: hr/hr.staff }, load: { into: lake/hr.staff } }
`,
    )
    expect(await tidemark('check', { config })).toMatchObject({
      code: 0,
      printed: `${config} is good: 1 group, 1 feed, 2 assets, 2 connections and 1 flow, 1 of them without code:\n  staff: hr/hr.staff → lake/hr.staff, every day at 04:20`,
    })
  })

  it('tells every problem with its place', async () => {
    const path = write('bad.yaml', 'page: { name: P, zone: UTC }\nconections: {}\n')
    expect(await tidemark(`check ${path}`)).toEqual({
      code: 1,
      printed: '',
      noted: 'bad.yaml:2:1  conections\n  There is no setting "conections" here. Did you mean "connections"?\n\n1 problem.',
    })
  })
})

describe('schema', () => {
  it('is JSON with the settings of the connectors that are installed', async () => {
    const { printed } = await tidemark('schema')
    expect(JSON.parse(printed)).toMatchObject({ title: 'Tidemark catalogue' })
    expect(printed).toContain('"const": "postgres"')
    const out = join(folder, 'schema.json')
    expect(await tidemark(`schema --out ${out}`)).toEqual({ code: 0, printed: '', noted: '' })
    expect(readFileSync(out, 'utf8')).toBe(`${printed}\n`)
  })
})

describe('commands that need a database', () => {
  it.each(['run term', 'runs', 'cancel term', 'recompute', 'pause term', 'resume term'])('%s says how to get one', async (words) => {
    const { code, noted } = await tidemark(words)
    expect([code, noted]).toEqual([
      1,
      expect.stringMatching(/No database is running .* Start Tidemark with "npm start", or set DATABASE_URL/),
    ])
  })

  it('check a flow’s parameters first', async () => {
    expect((await tidemark('run course --param nonsense=1')).noted).toMatch(/^These parameters do not fit: /)
    expect((await tidemark('run a-flow-without-code --param dryRun=maybe')).noted).toMatch(/^These parameters do not fit: dryRun/)
    expect((await tidemark('run course --param nonsense')).noted).toBe('"nonsense" is not a parameter. Write --param name=value.')
  })
})

describe('reset', () => {
  it('asks, and takes only yes for an answer', async () => {
    expect(await tidemark('reset', {}, 'y')).toEqual({ code: 1, printed: '', noted: 'Nothing was removed.' })
    expect(await tidemark('reset', {}, null)).toEqual({ code: 1, printed: '', noted: 'Nobody is here to ask. Add --yes.' })
    expect(await tidemark('reset', {}, 'yes')).toMatchObject({ code: 0, printed: expect.stringContaining('is empty now.') })
    expect((await tidemark('reset --yes')).code).toBe(0)
  })

  it('never touches a database of your own', async () => {
    expect((await tidemark('reset --yes', { databaseUrl: 'postgres://x' })).noted).toMatch(/^DATABASE_URL names a database of your own/)
  })
})

it('ends quietly when who reads it has seen enough', async () => {
  const child = spawn(process.execPath, ['jobs/cli.ts', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let complaint = ''
  child.stderr.on('data', (piece: Buffer) => {
    complaint += piece.toString()
  })
  expect(await once(child, 'close')).toEqual([0, null])
  expect(complaint).toBe('')
})

it('gives a terminal nothing to obey, whatever it has to tell', async () => {
  const child = spawn(process.execPath, ['jobs/cli.ts', '\u001b]0;taken\u0007\u009b2J\u202egnp'], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    said += piece
  })
  expect(await once(child, 'close')).toEqual([1, null])
  expect(said).toContain('There is no verb "\ufffd]0;taken\ufffd\ufffd2J\ufffdgnp"')
  expect(said).not.toMatch(/(?!\n)\p{Cc}|\u202e/u)
})
