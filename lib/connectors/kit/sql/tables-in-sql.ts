import { shortText } from '#lib/domain/values/short-text.ts'

/** What a text in SQL reads. */
export interface SqlSources {
  /** Names of tables, as they are written. */
  tables: string[]
  /** Views of LookML that stand in for one: `${orders.SQL_TABLE_NAME}`. */
  views: string[]
  /** Places where a table's name is made by a template: which table that is cannot be known. */
  unknown: string[]
}

interface Token {
  kind: 'word' | 'quoted' | 'view' | 'template' | 'mark'
  text: string
  /** Right beside the one before, with a template on either side: `orders_{{ size }}` is one name. */
  isGlued: boolean
}

const TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?\*\/|(?<=^|\n)[ \t]*#[^\n]*)|('(?:[^']|'')*')|\$\{\s*(\w+)\.SQL_TABLE_NAME\s*\}|(\$\{[^}]*\}|@\{[^}]*\}|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\})|("(?:[^"]|"")*"|`[^`]*`)|([\p{L}_](?:[\p{L}\p{N}_$]|-(?=[\p{L}\p{N}_]))*)|(\S)/gu

/** `{% if %} a {% else %} b {% endif %}` is one thing or another. */
const CHOICE = /\{%-?\s*(?:if|unless|case)\b(?:(?!\{%-?\s*(?:if|unless|case)\b)[\s\S])*?\{%-?\s*end(?:if|unless|case)\s*-?%\}/g
const READS_A_TABLE = /\b(?:from|join)\b/i

function tokensOf(sql: string): Token[] {
  const tokens: Token[] = []
  let end = -1
  for (const match of sql.matchAll(TOKEN)) {
    const token = toToken(match)
    const isBeside = match.index === end
    end = match.index + match[0].length
    if (token === null) continue
    const isGlued = isBeside && (token.kind === 'template' || tokens.at(-1)?.kind === 'template') && token.kind !== 'mark'
    tokens.push({ ...token, isGlued })
  }
  return tokens
}

function toToken([, comment, text, view, template, quoted, word, mark]: RegExpMatchArray): Omit<Token, 'isGlued'> | null {
  if (comment !== undefined) return null
  if (text !== undefined) return { kind: 'mark', text: "''" }
  if (view !== undefined) return { kind: 'view', text: view }
  if (template !== undefined) return { kind: 'template', text: template }
  if (quoted !== undefined) return { kind: 'quoted', text: quoted }
  return word === undefined ? { kind: 'mark', text: mark ?? '' } : { kind: 'word', text: word }
}

/** Each choice as one template; one that itself reads tables is told by its own words. */
function withoutChoices(sql: string): { sql: string; reading: string[] } {
  const reading: string[] = []
  let text = sql
  for (let before = ''; before !== text; ) {
    before = text
    text = text.replace(CHOICE, (choice) => {
      if (READS_A_TABLE.test(choice)) reading.push(shortened(choice))
      return '{{ choice }}'
    })
  }
  return { sql: text, reading }
}

function shortened(text: string): string {
  return shortText(text.replaceAll(/\s+/g, ' ').trim(), 80)
}

interface Body {
  from: number
  to: number
}

/** The queries that a WITH gives names, and where they stand: inside its own, a name means the table. */
function namedQueries(tokens: readonly Token[]): Map<string, Body[]> {
  const named = new Map<string, Body[]>()
  const isRecursive = tokens.some(({ text }, at) => is(text, 'RECURSIVE') && is(tokens[at - 1]?.text, 'WITH'))
  for (const [at, { text }] of tokens.entries()) {
    const found = is(text, 'AS') ? queryNamedAt(tokens, at) : null
    if (found === null) continue
    const body = isRecursive ? { from: 0, to: 0 } : { from: found.open, to: closingOf(tokens, found.open) }
    named.set(found.name, [...(named.get(found.name) ?? []), body])
  }
  return named
}

/** `name AS (`, `name(a, b) AS NOT MATERIALIZED (`. */
function queryNamedAt(tokens: readonly Token[], as: number): { name: string; open: number } | null {
  let open = as + 1
  while (is(tokens[open]?.text, 'NOT') || is(tokens[open]?.text, 'MATERIALIZED')) open += 1
  if (tokens[open]?.text !== '(') return null
  const name = tokens[tokens[as - 1]?.text === ')' ? openingOf(tokens, as - 1) - 1 : as - 1]
  return name?.kind === 'word' || name?.kind === 'quoted' ? { name: bare(name.text), open } : null
}

function openingOf(tokens: readonly Token[], closing: number): number {
  let depth = 0
  for (let at = closing; at >= 0; at--) {
    if (tokens[at]?.text === ')') depth += 1
    if (tokens[at]?.text === '(') depth -= 1
    if (depth === 0) return at
  }
  return 0
}

function closingOf(tokens: readonly Token[], opening: number): number {
  let depth = 0
  for (let at = opening; at < tokens.length; at++) {
    if (tokens[at]?.text === '(') depth += 1
    if (tokens[at]?.text === ')') depth -= 1
    if (depth === 0) return at
  }
  return tokens.length
}

const is = (text: string | undefined, word: string) => text?.toUpperCase() === word
const bare = (text: string) => text.replaceAll(/^["`]|["`]$/g, '').toLowerCase()

/** `EXTRACT(day FROM x)` reads no table. */
const TAKES_FROM = new Set(['EXTRACT', 'SUBSTRING', 'TRIM', 'OVERLAY', 'POSITION', 'LTRIM', 'RTRIM'])
const ENDS_FROM = new Set(['WHERE', 'GROUP', 'ORDER', 'HAVING', 'LIMIT', 'UNION', 'EXCEPT', 'INTERSECT', 'WINDOW', 'QUALIFY', 'SELECT'])
const BEFORE_TABLE = new Set(['LATERAL', 'ONLY'])

interface Level {
  /** Of the words so far a list of tables is the last. */
  isFrom: boolean
  isTableNext: boolean
  isFunction: boolean
}

/** The tables, and views in their place, that a text in SQL reads: after FROM and JOIN, without what it names by itself. */
export function tablesInSql(text: string): SqlSources {
  const { sql, reading } = withoutChoices(text)
  const tokens = tokensOf(sql)
  const named = namedQueries(tokens)
  const found: SqlSources = { tables: [], views: [], unknown: reading }
  const levels: Level[] = [{ isFrom: false, isTableNext: false, isFunction: false }]
  for (let at = 0; at < tokens.length; at++) {
    const [token, level] = [tokens[at], levels.at(-1)]
    if (token === undefined || level === undefined) break
    if (token.text === '(') levels.push(opened(level, tokens[at - 1]))
    else if (token.text === ')') {
      if (levels.length > 1) levels.pop()
    } else if (level.isTableNext && !isWordBefore(token)) at = takeTable(tokens, at, level, named, found)
    else step(level, token, tokens[at - 1])
  }
  return { tables: distinct(found.tables), views: distinct(found.views), unknown: distinct(found.unknown) }
}

function isWordBefore({ kind, text }: Token): boolean {
  return kind === 'word' && (BEFORE_TABLE.has(text.toUpperCase()) || is(text, 'SELECT') || is(text, 'WITH'))
}

function opened(level: Level, before: Token | undefined): Level {
  const isTableNext = level.isTableNext
  level.isTableNext = false
  return { isFrom: isTableNext, isTableNext, isFunction: TAKES_FROM.has(before?.text.toUpperCase() ?? '') }
}

function step(level: Level, { kind, text }: Token, before: Token | undefined): void {
  if (text === ',' && level.isFrom) level.isTableNext = true
  if (kind !== 'word') return
  const word = text.toUpperCase()
  if (ENDS_FROM.has(word) || word === 'WITH') Object.assign(level, { isFrom: false, isTableNext: false })
  if (word === 'JOIN' || (word === 'FROM' && !level.isFunction && !is(before?.text, 'DISTINCT')))
    Object.assign(level, { isFrom: true, isTableNext: true })
}

/** Reads the name that begins here; answers where it ends. */
function takeTable(tokens: readonly Token[], begin: number, level: Level, named: ReadonlyMap<string, Body[]>, found: SqlSources): number {
  level.isTableNext = false
  let end = begin
  while (tokens[end + 1]?.text === '.' || (tokens[end]?.text === '.' && isPart(tokens[end + 1])) || tokens[end + 1]?.isGlued) end += 1
  const parts = tokens.slice(begin, end + 1)
  const name = parts.map(({ text }) => text).join('')
  if (parts.some(({ kind }) => kind === 'template')) found.unknown.push(shortened(name))
  else if (parts.length === 1 && parts[0]?.kind === 'view') found.views.push(name)
  else if (tokens[end + 1]?.text === '(' || !isPart(parts[0])) return end
  else if (!isNamed(named, name, parts.length, begin)) found.tables.push(name)
  return end
}

function isPart(token: Token | undefined): boolean {
  return token !== undefined && token.kind !== 'mark'
}

function isNamed(named: ReadonlyMap<string, Body[]>, name: string, parts: number, at: number): boolean {
  if (parts > 1) return false
  return (named.get(bare(name)) ?? []).some(({ from, to }) => at < from || at > to || to === 0)
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
