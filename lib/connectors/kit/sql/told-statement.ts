import { z } from 'zod'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'

/**
 * Texts, quoted names and comments, as all of these databases read them: a backslash before a quote is read in two ways, and fits none; a carriage return may end a
 * comment. `//` begins one in Snowflake alone; PostgreSQL refuses a second statement by itself.
 */
const ASIDE = /'(?:[^'\\]|''|\\(?!'))*'|"(?:[^"]|"")*"|--[^\n\r]*|\/\/[^\n\r]*|\/\*(?:[^*/]|\*(?!\/)|\/(?!\*))*\*\//g

/** What is read in several ways: texts in dollars, a backslash before a quote, a comment within a comment. */
const UNCLEAR = /\$\w*\$|\\'|\/\*(?:(?!\*\/)[\s\S])*?\/\*/

/** What a statement of the catalogue may not hold, in words; null: it is one that reads, whatever it means. `chains`: what else begins another one there. */
export function whyNoStatement(text: string, chains: readonly string[] = []): string | null {
  const whole = withoutEnd(text)
  const bare = withoutAsides(whole)
  const ends = [';', ...chains]
  if (!/^\s*(select|with|values|table)\b/i.test(bare)) return 'is no statement that begins with select or with'
  // However that is read, nothing in it begins another statement.
  if (UNCLEAR.test(whole) && !ends.some((sign) => whole.includes(sign))) return null
  if (/\$\w*\$/.test(bare)) return 'holds "$$" beside what ends a statement; write texts in single quotes'
  if (/['"]/.test(bare)) return 'has a quote that does not end'
  if (/\/\*|\*\//.test(bare)) return 'has a comment that does not end'
  if (/\r(?!\n)/.test(bare)) return 'has a line that ends without a line feed'
  const chain = ends.find((sign) => bare.includes(sign))
  if (chain !== undefined) return `holds "${chain}": write one statement`
  return isBalanced(bare) ? null : 'has brackets that do not match'
}

/** Without texts, quoted names and comments; where a quote or `$` is left, nobody can say where those end. */
export function withoutAsides(text: string): string {
  return text.replace(ASIDE, (aside) => (/^['"]/.test(aside) ? 'x' : ' '))
}

/** The statement as it can stand within another one. */
export function withoutEnd(text: string): string {
  return text.replace(/;\s*$/, '')
}

/** Whether each bracket is closed, and none before it is opened. */
export function isBalanced(text: string): boolean {
  let depth = 0
  for (const character of text) {
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}

/** Clocks that a statement tells, from a table of loads for instance: one that reads, and gives one row of one column, a time or a date. What
 * it reads is not watched for moves. */
export function toldByStatementShape(chains: readonly string[] = []) {
  const sql = z
    .string()
    .min(1)
    .max(10_000)
    .superRefine((text, issues) => {
      const why = whyNoStatement(text, chains)
      if (why !== null) issues.addIssue({ code: 'custom', message: why })
    })
  const statement = z.strictObject({ sql }).optional()
  return { loadedAt: statement, writtenAt: statement, dataThroughAt: statement }
}

type ToldByStatement = z.infer<z.ZodObject<ReturnType<typeof toldByStatementShape>>>

/** What a column and a statement tell alike. */
export function checkToldTwice(
  asset: ToldByStatement & { column?: string | undefined; clock: JudgedClock; dataThrough?: string | undefined },
  issues: z.core.$RefinementCtx,
): void {
  const say = (path: JudgedClock, message: string) => issues.addIssue({ code: 'custom', message, path: [path] })
  if (asset.column !== undefined && asset[asset.clock] !== undefined) say(asset.clock, 'is what column feeds already; keep one of the two')
  if (asset.dataThrough !== undefined && asset.dataThroughAt !== undefined)
    say('dataThroughAt', 'is what dataThrough feeds already; keep one of the two')
}
