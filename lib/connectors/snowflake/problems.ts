import { z } from 'zod'
import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import { type ErrorCode, isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'

const problemSchema = z.object({ code: z.string(), sqlState: z.string().optional(), message: z.string().default('') })

interface Told {
  kind: ErrorCode
  words: string
  systemWide?: boolean
  lasting?: LastingReason
}

/** Codes as Snowflake writes them, texts where it has many codes for one thing. Of what fits, the code goes first. */
const KNOWN: readonly { is: RegExp; told: Told }[] = [
  {
    is: /^000606|No active warehouse/,
    told: {
      kind: 'refused',
      words: 'has no warehouse to work with. Name one in the connection, and GRANT USAGE on it to its role.',
      systemWide: true,
    },
  },
  {
    is: /^090073|resource monitor/i,
    told: {
      kind: 'refused',
      words:
        'does not start the warehouse: its resource monitor says that its credits are used up. Raise its quota, or wait for the next period.',
      systemWide: true,
    },
  },
  {
    is: /account[^.]*(suspended|locked)|trial has ended/i,
    told: { kind: 'refused', words: 'says that the account is suspended. Whoever pays for it can have it opened again.', systemWide: true },
  },
  {
    is: /^390422|network policy|IP\/Token|not allowed to access/i,
    told: {
      kind: 'refused',
      words: 'does not let this machine in: a network policy forbids its address. Have the address added to the policy of the user.',
      systemWide: true,
    },
  },
  {
    is: /^390189|^390186|role .*(does not exist|not authorized|not granted)/i,
    told: {
      kind: 'refused',
      words: 'does not know the role of the connection, or it is not granted to its user: GRANT ROLE … TO USER ….',
      systemWide: true,
    },
  },
  {
    is: /^390144|JWT token/i,
    told: {
      kind: 'refused',
      words:
        'refused the key: it is not the user’s (compare RSA_PUBLIC_KEY_FP of DESC USER), account or user are not the right ones, or the clock of this machine is wrong.',
      systemWide: true,
    },
  },
  {
    is: /^390318|expired/i,
    told: { kind: 'refused', words: 'refused the token: it has expired. Make a new one.', systemWide: true },
  },
  { is: /^000630|statement or warehouse timeout/i, told: { kind: 'timeout', words: 'ended the statement: it took longer than it may.' } },
  { is: /^000604|was cancell?ed/i, told: { kind: 'unavailable', words: 'ended the statement: somebody cancelled it there.' } },
  {
    is: /^00(2003|2043)|does not exist or not authorized/i,
    told: {
      kind: 'refused',
      words:
        'does not know what the statement names, or the role may not see it: GRANT USAGE on its database and schema, and SELECT on it.',
      lasting: 'refused',
    },
  },
  {
    is: /^003001|Insufficient privileges/i,
    told: { kind: 'refused', words: 'does not let the role read it: GRANT SELECT on it.', lasting: 'refused' },
  },
  {
    is: /^000904|invalid identifier/i,
    told: { kind: 'refused', words: 'does not know a column that is named. Correct it in the catalogue.', lasting: 'gone' },
  },
  { is: /^391911|^000008/, told: { kind: 'refused', words: 'takes one statement at a time, and none that changes its session.' } },
  { is: /^391903|User-Agent/i, told: { kind: 'refused', words: 'did not accept the form of the request.' } },
]

const UNKNOWN_CREDENTIALS: Told = {
  kind: 'refused',
  words: 'refused the credentials. Check user, key or token of the connection.',
  systemWide: true,
}

/** A text may quote names and values of the statement: `invalid identifier 'EXPIRED_AT'` is no word about our token. */
function toldBy(code: string, sqlState: string, message: string): Told | undefined {
  const isOfStatement = /^(42|22)/.test(sqlState)
  const byText = () => KNOWN.find(({ is, told }) => is.test(message) && !(isOfStatement && told.systemWide))
  return (KNOWN.find(({ is }) => is.test(code)) ?? byText())?.told
}

/** What an error answer says, in words for people; null: it is not one of Snowflake's own. */
export function toProblem(system: string, status: number, value: unknown): TidemarkError | null {
  const parsed = problemSchema.safeParse(value)
  if (!parsed.success) return null
  const { code, sqlState = '', message } = parsed.data
  const told = toldBy(code, sqlState, message) ?? (status === 401 || status === 403 ? UNKNOWN_CREDENTIALS : ofStatement(status, sqlState))
  const publicMessage = `${system} ${told.words}`
  // Beyond compilation its words may quote values of rows.
  const theirs = sqlState.startsWith('42') || status === 401 || status === 403 ? foreignWords(message) : ''
  return new TidemarkError(told.kind, {
    publicMessage,
    message: `${publicMessage} [HTTP ${status}, ${code} ${sqlState}] ${theirs}`.trim(),
    retryable: told.kind === 'timeout' || told.kind === 'unavailable',
    systemWide: told.systemWide ?? status === 401,
    status,
    ...(told.lasting !== undefined && { lasting: told.lasting }),
  })
}

/** Snowflake's code of what a statement was refused for; empty where it was not the statement. */
export function codeOf(error: unknown): string {
  return /\[HTTP \d+, (\w+) /.exec(isTidemarkError(error) ? error.message : '')?.[1] ?? ''
}

function ofStatement(status: number, sqlState: string): Told {
  if (status === 408) return { kind: 'timeout', words: 'ended the statement: it took longer than it may.' }
  if (status === 404) return { kind: 'unavailable', words: 'does not hold the answer of the statement any more.' }
  const because = sqlState.startsWith('42') ? 'it does not understand it' : 'it could not carry it out'
  return { kind: 'refused', words: `refused the statement: ${because}. The internal log has its words.` }
}
