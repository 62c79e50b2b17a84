import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import type { CatalogueText } from '#lib/catalogue/parse/catalogue-file.ts'
import { readContractText } from '#lib/catalogue/parse/read-contract-text.ts'
import {
  type ContractAddress,
  loadContractTexts,
  noteAddressProblem,
  noteGoodAnswer,
  takeAddress,
  textsOf,
} from '#lib/db/catalogue/contract-addresses.ts'
import type { Context } from '#lib/db/context.ts'
import { heldFrom } from '#lib/domain/contracts/contract.ts'
import { isVersionOf } from '#lib/domain/contracts/contract-address.ts'
import { keepVersion } from '#lib/domain/contracts/kept-versions.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { shortText } from '#lib/domain/values/short-text.ts'

/** How often an address is asked; sooner while it has never said anything that can be used. */
const EVERY_MS = 10 * MINUTE_MS
const FIRST_EVERY_MS = MINUTE_MS
/** Whoever asks is done by then, or was lost. */
const HELD_MS = 5 * MINUTE_MS
const WORDS_MAX = 1000

type Validators = Pick<ContractAddress, 'etag' | 'lastModified'>

/** What came of asking an address. */
export type AddressAnswer =
  | ({ kind: 'text'; text: string } & Validators)
  | { kind: 'unchanged' }
  | { kind: 'bad' | 'silent'; words: string }

export interface FollowingTools {
  /** In which the days of versions begin. */
  zone: string
  ask: (address: ContractAddress) => Promise<AddressAnswer>
  /** What is wrong with the catalogue when addresses say this; null: nobody can tell, since it is wrong already without. */
  tryTexts: (texts: readonly CatalogueText[]) => Promise<CatalogueProblem[] | null>
}

/** Asks an address whose turn it is, and keeps what it says if that can be used; what cannot leaves what it said before. Answers whether that is to come into force. */
export async function followAddress(ctx: Context, url: string, tools: FollowingTools): Promise<boolean> {
  const at = ctx.clock.now()
  const address = await takeAddress(ctx.pool, url, at, at + HELD_MS)
  if (address === null) return false
  const answer = await tools.ask(address)
  const now = ctx.clock.now()
  if (answer.kind === 'unchanged') return !(await noteGoodAnswer(ctx.pool, url, now, { dueAt: now + EVERY_MS, said: null }))
  const dueAt = now + (address.versions.length === 0 ? FIRST_EVERY_MS : EVERY_MS)
  const wrong = (kind: 'bad' | 'silent', words: string) =>
    noteAddressProblem(ctx.pool, url, now, { kind, words: shortText(words, WORDS_MAX), dueAt })
  if (answer.kind !== 'text') {
    await wrong(answer.kind, answer.words)
    return false
  }
  const versions = await judge(ctx, { address, answer, now }, tools)
  if (versions === null) return false
  if ('words' in versions) {
    await wrong('bad', versions.words)
    return false
  }
  const said = { versions: versions.kept, etag: answer.etag, lastModified: answer.lastModified }
  return !(await noteGoodAnswer(ctx.pool, url, now, { dueAt: now + EVERY_MS, said }))
}

interface Judging {
  address: ContractAddress
  answer: { text: string }
  now: Instant
}

/** The versions with what an address says now, or why that cannot be used; null: that shows once the catalogue is mended, and it is asked again until then. */
async function judge(ctx: Context, { address: { url, versions }, answer: { text }, now }: Judging, { zone, tryTexts }: FollowingTools) {
  const read = readContractText({ file: url, text })
  if (!read.ok) return { words: problemsInWords(read.problems, url) }
  const { contract } = read
  const fromAt = heldFrom({ ...contract, firstSeenAt: null }, zone)
  const kept = keepVersion(versions, { version: contract.version, text, fromAt }, now)
  if (kept.at(-1)?.text === versions.at(-1)?.text) return { kept }
  const others = (await loadContractTexts(ctx.pool)).filter(({ file }) => !isVersionOf(url, file))
  const problems = await tryTexts([...others, ...textsOf(url, kept)])
  if (problems === null) return null
  return problems.length > 0 ? { words: problemsInWords(problems, url) } : { kept }
}

/** The first thing that is wrong, with its line and what to do, and how many more there are. */
function problemsInWords(problems: readonly CatalogueProblem[], url: string): string {
  const [first] = problems
  if (first === undefined) return ''
  const more = problems.length === 1 ? '' : ` And ${problems.length - 1} more.`
  const place = first.file === url ? `Line ${first.line}` : `${first.file}, line ${first.line}`
  return `${place}: ${first.problem} ${first.remedy}${more}`
}
