import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import { graphSchema } from './shapes.ts'

/** What it says where nobody may ask it, or where it is switched off. */
const OFF: Readonly<Record<string, string>> = {
  FEATURE_DISABLED: 'it is switched off on the server (tsm maintenance metadata-services enable)',
  ACCESS_DENIED: 'the account of the token may not ask it',
  FILTER_REQUIRED: 'the account of the token may not ask it so',
}
const SWITCHED = 'PERMISSIONS_MODE_SWITCHED'
const PARTLY = 'Tableau tells only a part of what it knows of it.'
const WARNED: Readonly<Record<string, string>> = {
  [SWITCHED]: 'Tableau tells only what the account of our token may see of it.',
  BACKFILL_RUNNING: 'Tableau is still building its metadata, so a part of them may be missing.',
}
const TOO_MUCH = new Set(['NODE_LIMIT_EXCEEDED', 'MAX_PAGE_SIZE_EXCEEDED'])
export const RATE = 'RATE_EXCEEDED'

export interface Answer {
  kind: 'good' | 'off' | 'too-much' | 'busy'
  items: { luid: string }[]
  /** What is off, or missing. */
  because: string | null
}

interface Said {
  code: string
  isWarning: boolean
  message: string
}

/** What an answer of GraphQL comes to: its errors stand in an answer that looks like a good one. Throws where nothing can be made of it. */
export function answerOf(system: string, root: string, answer: { value: JsonValue } | { absence: string }): Answer {
  if ('absence' in answer) return { kind: 'off', items: [], because: answer.absence }
  const read = graphSchema.safeParse(answer.value)
  if (!read.success || (read.data.data == null && read.data.errors == null))
    throw refusedAnswer(system, 'what its Metadata API tells is not as Tableau writes it')
  const { data, errors } = read.data
  const said = (errors ?? []).map(({ message, extensions }): Said => {
    return { code: extensions?.code ?? '', isWarning: extensions?.severity === 'WARNING', message: message ?? '' }
  })
  const items = data?.[root] ?? []
  const instead = insteadOf(said, data == null)
  if (instead !== null) return { ...instead, items: instead.kind === 'too-much' ? items : [] }
  const bad = said.find(({ code, isWarning }) => !isWarning && code !== SWITCHED)
  if (bad !== undefined || data == null) throw failed(system, bad)
  const [first] = said
  return { kind: 'good', items, because: first === undefined ? null : (WARNED[first.code] ?? PARTLY) }
}

function insteadOf(said: readonly Said[], hasNoData: boolean): Omit<Answer, 'items'> | null {
  const off = said.map(({ code }) => OFF[code]).find((because) => because !== undefined)
  if (off !== undefined) return { kind: 'off', because: off }
  if (said.some(({ code }) => code === RATE)) return { kind: 'busy', because: null }
  const isTooMuch = ({ code, message }: Said) => TOO_MUCH.has(code) || (hasNoData && /timeout/i.test(message))
  return said.some(isTooMuch) ? { kind: 'too-much', because: PARTLY } : null
}

function failed(system: string, bad: Said | undefined): TidemarkError {
  const publicMessage = `${system} could not answer by its Metadata API: it says so in an answer that looks like a good one. The internal log has its words.`
  return new TidemarkError('refused', { publicMessage, message: `${publicMessage} [${bad?.code} ${foreignWords(bad?.message ?? '')}]` })
}
