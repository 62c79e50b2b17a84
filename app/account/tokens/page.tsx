import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { requestContext } from '#app/_lib/request-context.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { Said } from '#app/_ui/alone-shell.tsx'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { accountPath, accountTokensPath, apiPath, createTokenPath, signInToPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { TokenList } from '#app/_ui/tokens/token-list.tsx'
import { readSealedWords } from '#lib/access/sealed-words.ts'
import { ownGrantableAudiences, ownTokens } from '#lib/access/tokens.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import { TOKEN_DAYS } from '#lib/domain/access/token-rules.ts'
import { getAdminFrame } from '#lib/queries/shared/admin-frame.ts'

export const metadata: Metadata = { title: 'Tokens' }
export const dynamic = 'force-dynamic'

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** One's own tokens: what they may do, when they were used last, making and ending them. */
export default async function TokensPage({ searchParams }: PageProps) {
  const { said } = await searchParams
  const context = await requestContext()
  if (context.actor.kind !== 'person') redirect(signInToPath(accountTokensPath))
  const [frame, tokens, audiences] = await Promise.all([getAdminFrame(context), ownTokens(context), ownGrantableAudiences(context)])
  return (
    <PageShell page={frame.page} now={frame.now} banners={frame.banners} shows={null} place="account" crumbs={[['Account', accountPath]]}>
      <div className="hero">
        <h1>Tokens</h1>
        <p className="lead">
          A program proves with a token that it asks for you: it sees what you see, and does no more than you may.{' '}
          <a href={apiPath}>What it can ask for</a>
        </p>
        <Said words={readSealedWords(webProcess().context, said)} />
      </div>
      <Section title="Your tokens">
        <TokenList tokens={tokens} now={frame.now} />
      </Section>
      <Section title="Make a token">
        <MakeToken audiences={audiences} mayRun={mayOrder(context.actor)} />
      </Section>
    </PageShell>
  )
}

function MakeToken({ audiences, mayRun }: { audiences: readonly string[]; mayRun: boolean }) {
  return (
    <form method="post" action={createTokenPath} className="entry-form mt-0" autoComplete="off">
      <label>
        <span>Name</span>
        <input type="text" name="name" required maxLength={80} aria-describedby="token-name" />
        <small id="token-name">What uses it, so that you know it again: “nightly load”.</small>
      </label>
      <label>
        <span>It may</span>
        <select name="may" defaultValue="read">
          <option value="read">read</option>
          {mayRun && <option value="run">read, and order runs, checks and pauses</option>}
          <option value="address">be the key in the address of a feed reader</option>
        </select>
        <small>A key of an address is for readers that cannot send headers: /feed.atom?key=… and /api/v1/status?key=…, nothing else.</small>
      </label>
      {audiences.length > 0 && (
        <label>
          <span>It sees</span>
          <select name="audience" defaultValue="">
            <option value="">what you see</option>
            {audiences.map((audience) => (
              <option key={audience} value={audience}>
                only the groups of {audience}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        <span>It ends after</span>
        <select name="days" defaultValue={String(TOKEN_DAYS)}>
          <option value="7">7 days</option>
          <option value="30">30 days</option>
          <option value="90">90 days</option>
          <option value="365">a year</option>
        </select>
      </label>
      <button type="submit" className="button primary justify-self-start">
        Make the token
      </button>
    </form>
  )
}
