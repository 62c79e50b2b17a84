import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { createLiveScreen } from '#jobs/cli/run/live-lines.ts'
import { type CommandLine, isVerb, type Terminal, type Verb } from '#jobs/cli/verb.ts'
import { didYouMean } from '#lib/catalogue/check/suggest.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { type Environment, readEnvironment } from '#lib/platform/env.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import { loadFolder } from '#lib/platform/load-folder.ts'
import { createLog } from '#lib/platform/log.ts'

const VERBS = fileURLToPath(new URL('cli', import.meta.url))
/** Files of the folder that are no verbs. */
const SHARED = ['verb.ts', 'databases.ts', 'subjects.ts']

const terminal: Terminal = {
  print: (text) => process.stdout.write(`${toShownText(text)}\n`),
  note: (text) => process.stderr.write(`${toShownText(text)}\n`),
  async ask(question) {
    if (!process.stdin.isTTY) return null
    const lines = createInterface({ input: process.stdin, output: process.stderr })
    const noAnswer = new AbortController()
    lines.once('SIGINT', () => noAnswer.abort())
    try {
      return await lines.question(question, { signal: noAnswer.signal })
    } catch (error) {
      if (noAnswer.signal.aborted) return null
      throw error
    } finally {
      lines.close()
    }
  },
  ...(process.stdout.isTTY && process.stderr.isTTY ? { live: createLiveScreen(process.stderr) } : {}),
}

function overview(verbs: ReadonlyMap<string, Verb>): string {
  const lines = [...verbs].map(([name, verb]) => `  ${name.padEnd(12)}${verb.summary}`)
  return ['Usage: tidemark <verb> …', '', ...lines, '', '"tidemark <verb> --help" tells more.'].join('\n')
}

function help(name: string, verb: Verb): string {
  return [
    `Usage: tidemark ${name} ${verb.usage}`.trimEnd(),
    '',
    verb.summary,
    ...(verb.details === undefined ? [] : ['', verb.details]),
  ].join('\n')
}

/** Runs one command line; resolves to the exit code, never throws. */
export async function runCommandLine(args: readonly string[], command: CommandLine): Promise<number> {
  const { terminal } = command
  try {
    const verbs = await loadFolder(VERBS, { except: SHARED }, isVerb)
    const [name, ...rest] = args
    const verb = verbs.get(name ?? '')
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      terminal.print(overview(verbs))
      return name === undefined ? 1 : 0
    }
    if (verb === undefined) {
      const meant = didYouMean(name, verbs.keys())
      terminal.note(`There is no verb "${name}".${meant === null ? '' : ` Did you mean "${meant}"?`}\n\n${overview(verbs)}`)
      return 1
    }
    if (rest.includes('--help') || rest.includes('-h')) {
      terminal.print(help(name, verb))
      return 0
    }
    return await verb.run(rest, command)
  } catch (error) {
    return report(error, command)
  }
}

function report(error: unknown, { terminal, log }: CommandLine): number {
  log.debug('the command failed', { error: toInternalMessage(error) })
  const words = isTidemarkError(error)
    ? toPublicMessage(error)
    : 'Something unexpected went wrong. Run it again with LOG_LEVEL=debug to see what.'
  terminal.note(words)
  return 1
}

function logLevel(environment: () => Environment): Environment['logLevel'] {
  try {
    return environment().logLevel
  } catch {
    return 'warn'
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // EPIPE: the reader has seen enough, as in `tidemark runs | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const environment = () => readEnvironment()
  const level = logLevel(environment)
  const log = createLog({ level: level === 'info' ? 'warn' : level, pretty: true })
  process.exitCode = await runCommandLine(process.argv.slice(2), { terminal, environment, clock: systemClock, log, signal: stop.signal })
}
