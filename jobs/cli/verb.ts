import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Clock } from '#lib/platform/clock.ts'
import type { Environment } from '#lib/platform/env.ts'
import type { Log } from '#lib/platform/log.ts'

export interface LiveScreen {
  size(): { columns: number; rows: number }
  draw(lines: readonly string[]): void
  leave(): void
}

/** Where a verb writes and asks: a terminal, or a test. */
export interface Terminal {
  /** What was asked for: standard output. */
  print(text: string): void
  /** Everything else: standard error. */
  note(text: string): void
  /** One line from the person at the keyboard; null when there is none. */
  ask(question: string): Promise<string | null>
  live?: LiveScreen
}

export interface CommandLine {
  terminal: Terminal
  environment: () => Environment
  clock: Clock
  log: Log
  signal: AbortSignal
}

export interface Verb {
  /** Behind the word: `<flow> [--param name=value …]`. */
  usage: string
  summary: string
  details?: string
  /** Resolves to the exit code. */
  run(args: readonly string[], command: CommandLine): Promise<number>
}

/** Declares a verb; the file's default export. */
export function defineVerb(verb: Verb): Verb {
  return verb
}

export function isVerb(value: unknown): value is Verb {
  return typeof value === 'object' && value !== null && 'usage' in value && 'run' in value && typeof value.run === 'function'
}

function refuse(problem: string): never {
  throw new TidemarkError('invalid', { publicMessage: `${problem} Add --help to see how it is written.` })
}

export function readArguments<T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
  words: { least: number; most: number },
) {
  const parsed = (() => {
    try {
      return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
    } catch (error) {
      return refuse(error instanceof Error ? `${error.message.split('. ')[0]?.replace(/\.$/, '')}.` : 'These arguments do not fit.')
    }
  })()
  const { length } = parsed.positionals
  if (length < words.least) refuse('Something is missing.')
  if (length > words.most) refuse(`"${parsed.positionals[words.most]}" is one word too many.`)
  return parsed
}

/** `file:line:column  path`, then what is wrong and what to do; one block per problem, and how many there are. */
export function problemsInWords(problems: readonly CatalogueProblem[], noun = 'problem'): string {
  const blocks = problems.map((p) => `${p.file}:${p.line}:${p.column}${p.path === '' ? '' : `  ${p.path}`}\n  ${p.problem} ${p.remedy}`)
  return `${blocks.join('\n')}\n\n${problems.length === 1 ? `1 ${noun}.` : `${problems.length} ${noun}s.`}`
}
