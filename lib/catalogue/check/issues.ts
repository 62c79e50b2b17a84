import type { z } from 'zod'
import { type DocumentPath, type LocatedNode, leafOf, nodeAt, toPlain } from '#lib/catalogue/parse/node.ts'
import { type JsonSchema, knownKeysAt } from '#lib/catalogue/schema/schema-keys.ts'
import { type Finding, unknownKey, wrongValue } from './finding.ts'
import { didYouMean, suggestion } from './suggest.ts'

type Issue = z.core.$ZodIssue

/** Where the issues come from: `base` is the path of the part a schema was given, `schemaBase` where the JSON Schema begins. */
export interface IssueSource {
  root: LocatedNode
  base: DocumentPath
  schema: JsonSchema
  schemaBase: DocumentPath
  /** Values may be named in messages; never in settings, which may hold secrets. */
  showValues: boolean
}

const DURATION = 'Write a duration such as 45m, 1h30m or 2d.'
const ZONE = 'Write an IANA name such as America/New_York.'
const CRON = 'Write five fields between quotes, such as "0 2 * * *" for 02:00 every day.'
const TIME_OF_DAY = 'Write a time of day between quotes, such as "08:00".'

const REMEDIES: Record<string, string> = {
  page: 'Add "page: { name: Campus data, zone: America/New_York }".',
  zone: ZONE,
  timezone: ZONE,
  cron: CRON,
  schedule: CRON,
  by: TIME_OF_DAY,
  readyBy: TIME_OF_DAY,
  digest: TIME_OF_DAY,
  quiet: 'Write { from: "22:00", to: "07:00" }.',
  ...Object.fromEntries(
    [
      'grace',
      'staleAfter',
      'lateAfter',
      'opensBefore',
      'blindAfter',
      'probe',
      'every',
      'timeout',
      'maxAge',
      'discover',
      'forget',
      'remind',
    ].map((key) => [key, DURATION]),
  ),
  holidays: 'Write dates as ["2026-11-26", "2026-12-25"].',
  weekdays: 'Write mon-fri, or a list such as [mon, wed, fri].',
  url: 'Write the whole address, or a reference such as "${NAME}".',
  runbook: 'Write the whole address, beginning with https://.',
  email: 'Write { to: …, from: …, smtp: "${SMTP_URL}" }.',
  promised: 'Write true or false.',
  demo: 'Write true or false.',
  embedIn: 'Write a list of origins, such as ["https://wiki.example.edu"].',
  rejectTolerance: 'Write a share such as 0.01 for 1 %.',
}

const COMMENTED_OUT = 'Without quotes all from "#" on is a comment: put the value between quotes.'

const EXPECTED: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map of names to values',
  record: 'a map of names to values',
  array: 'a list',
}

/** Where somebody may have put a secret, no message repeats what stands there. */
function mayShow(source: IssueSource, path: DocumentPath): boolean {
  return source.showValues && !['tell', 'channels', 'connections'].includes(String(path[0]))
}

function remedyFor(path: DocumentPath, otherwise: string): string {
  return REMEDIES[leafOf(path)] ?? otherwise
}

function zoneMeant(written: string): string | null {
  const meant = didYouMean(written, Intl.supportedValuesOf('timeZone'))
  return meant === null ? null : `Did you mean "${meant}"?`
}

/** How a sentence about the written value begins; one with "must" or "may" is about its key. */
const OF_THE_VALUE = /^(is|are|cannot|has|holds|belongs|stands|needs) /

/** Splits `is not …; write …` into problem and remedy, and gives it its subject. */
function fromMessage(source: IssueSource, path: DocumentPath, message: string): Finding {
  const [said = '', advice] = message.split('; ')
  const leaf = leafOf(path)
  const value = nodeAt(source.root, path)?.value
  const shown = mayShow(source, path) && (typeof value === 'string' || typeof value === 'number') ? value : leaf
  const sentence = said.startsWith(`${leaf} `) ? said.slice(leaf.length + 1) : said
  const subject = OF_THE_VALUE.test(sentence) ? `"${shown}" ` : /^(must|may) /.test(sentence) ? `"${leaf}" ` : ''
  const general =
    advice === undefined ? remedyFor(path, 'Correct it, or take the line out.') : `${advice[0]?.toUpperCase()}${advice.slice(1)}.`
  const isZone = (leaf === 'zone' || leaf === 'timezone') && typeof value === 'string'
  return wrongValue(path, `${subject}${sentence}.`, (isZone ? zoneMeant(value) : null) ?? general)
}

function fromType(source: IssueSource, path: DocumentPath, expected: string): Finding {
  const leaf = leafOf(path)
  const node = nodeAt(source.root, path)
  if (node === undefined) return wrongValue(path, `"${leaf}" is missing.`, remedyFor(path, `Add "${leaf}" here.`))
  const what = EXPECTED[expected] ?? expected
  const isUnquoted = expected === 'string' && (typeof node.value === 'number' || typeof node.value === 'boolean')
  const remedy = node.isCommentedOut ? COMMENTED_OUT : remedyFor(path, isUnquoted ? 'Put it between quotes.' : `Write ${what}.`)
  return wrongValue(path, `"${leaf}" must be ${what}.`, remedy)
}

/** What is chosen by keys that are no nouns. */
const NOUNS: Readonly<Record<string, string>> = { as: 'form', by: 'way' }

function fromChoice(source: IssueSource, path: DocumentPath, choices: readonly unknown[]): Finding {
  const node = nodeAt(source.root, path)
  const known = choices.map(String)
  const leaf = leafOf(path)
  if (node === undefined) return wrongValue(path, `"${leaf}" is missing.`, `Add "${leaf}", one of: ${known.join(', ')}.`)
  const noun = NOUNS[leaf] ?? leaf.replace(/s$/, '')
  const shown =
    mayShow(source, path) && typeof node.value !== 'object'
      ? `"${node.value}" is not ${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun} there is`
      : `"${leaf}" is none of the values there are`
  return wrongValue(path, `${shown}.`, suggestion(String(node.value), known, 'Take the line out.'))
}

function fromUnion(source: IssueSource, issue: z.core.$ZodIssueInvalidUnion, path: DocumentPath): Finding[] {
  if (issue.discriminator !== undefined)
    return [fromChoice(source, path, 'options' in issue && Array.isArray(issue.options) ? issue.options : [])]
  const meant = issue.errors.find((errors) => !errors.some((e) => e.code === 'invalid_type' && e.path.length === 0))
  if (meant !== undefined) return translateIssues({ ...source, base: path }, meant)
  const expected = issue.errors.flatMap((errors) =>
    errors.flatMap((e) => (e.code === 'invalid_type' ? [EXPECTED[e.expected] ?? e.expected] : [])),
  )
  const what = [...new Set(expected)].join(' or ')
  return [wrongValue(path, `"${leafOf(path)}" must be ${what}.`, remedyFor(path, `Write ${what}.`))]
}

function fromSize(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  if (!/^Too /.test(issue.message)) return issue.message
  const limit = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`
  if (issue.code === 'too_small' && issue.minimum === 1 && issue.origin === 'string') return 'must not be empty'
  const unit = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : ''
  return issue.origin === 'number' || issue.origin === 'int' ? `must be ${limit}` : `must have ${limit}${unit}`
}

function translate(source: IssueSource, issue: Issue): Finding[] {
  const within = issue.path.map((key) => (typeof key === 'number' ? key : String(key)))
  const path = [...source.base, ...within]
  switch (issue.code) {
    case 'unrecognized_keys': {
      const node = nodeAt(source.root, path)
      const known = knownKeysAt(source.schema, path.slice(source.schemaBase.length), node === undefined ? undefined : toPlain(node))
      return issue.keys.map((key) => unknownKey(path, key, known))
    }
    case 'invalid_key':
      return [{ ...fromMessage({ ...source, showValues: false }, path, issue.issues[0]?.message ?? 'cannot be used as a key'), at: 'key' }]
    case 'invalid_type':
      return [fromType(source, path, issue.expected)]
    case 'invalid_value':
      return [fromChoice(source, path, issue.values)]
    case 'invalid_union':
      return fromUnion(source, issue, path)
    case 'too_small':
    case 'too_big':
      return [fromMessage(source, path, fromSize(issue))]
    case 'invalid_format':
      return [fromMessage(source, path, /^Invalid/.test(issue.message) ? `is not a valid ${issue.format}` : issue.message)]
    default:
      return [fromMessage(source, path, issue.message.replace(/\.$/, ''))]
  }
}

/** A schema's complaints in the catalogue's words: what is wrong at which path, and what to write instead; the first per path. */
export function translateIssues(source: IssueSource, issues: readonly Issue[]): Finding[] {
  const seen = new Set<string>()
  return issues
    .flatMap((issue) => translate(source, issue))
    .filter((finding) => {
      const path = JSON.stringify(finding.path)
      return !seen.has(path) && seen.add(path)
    })
}
