import { z } from 'zod'
import { DATA_HEAD } from '#app/_lib/content-policy.ts'
import { READER_KINDS, readerHere } from '#app/_lib/overview-key.ts'
import { renderOwnPage } from '#app/_lib/own-page.ts'
import { TOKEN_KINDS } from '#lib/domain/access/token-rules.ts'

const MADE_HEADER = 'x-tidemark-made'
const MADE_PATH = '/account/tokens/made'

const madeSchema = z.object({
  name: z.string(),
  token: z.string(),
  kind: z.enum(TOKEN_KINDS),
  expiresAt: z.number(),
  /** What the key of an embed shows. */
  shows: z.object({ kind: z.enum(['feed', 'group', 'asset']), key: z.string(), name: z.string() }).nullable(),
  /** Whose it is, for the masthead. */
  reader: z.enum(READER_KINDS).nullable(),
})
type Made = z.infer<typeof madeSchema>

/** What the page of a new token is to show. */
export function readMade(headers: Pick<Headers, 'get'>): Made | null {
  const told = headers.get(MADE_HEADER)
  return told === null ? null : madeSchema.parse(JSON.parse(decodeURIComponent(told)))
}

/** The page of a new token as an answer that nobody keeps; in bare words when it cannot be made, since the token is told once. */
export async function renderMade(token: Omit<Made, 'reader'>): Promise<Response> {
  const made = madeSchema.parse({ ...token, reader: readerHere() })
  const page = await renderOwnPage(MADE_PATH, { [MADE_HEADER]: encodeURIComponent(JSON.stringify(made)) })
  const { headers, body } = page ?? {
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: `${made.token}\nThis is the only time it is shown.\n`,
  }
  return new Response(body, { headers: { ...DATA_HEAD, ...headers, 'referrer-policy': 'no-referrer' } })
}
