import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { EmbedCodes } from '#app/_embed/embed-codes.tsx'
import { isOwnCall } from '#app/_lib/own-call.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { CopyButton } from '#app/_ui/actions/copy-button.tsx'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { accountPath, accountTokensPath, embedsPath, subjectPath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import { getAdminFrame } from '#lib/queries/shared/admin-frame.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import { readMade } from './render-made.ts'

export const metadata: Metadata = { title: 'Your new token', referrer: 'no-referrer' }
export const dynamic = 'force-dynamic'

/** The only time a token is told: the answer to the form that made it. Only this process asks for the page, and says what it shows. */
export default async function MadePage() {
  const asked = await headers()
  const made = isOwnCall(asked) ? readMade(asked) : null
  if (made === null) notFound()
  const { context } = webProcess()
  const [{ page, now }, { url }] = await Promise.all([getAdminFrame(context), getPageAccess(context)])
  const { name, token, expiresAt, reader, shows } = made
  return (
    <PageShell
      page={page}
      now={now}
      shows={null}
      place="account"
      {...(reader !== null && { reader })}
      crumbs={
        shows === null
          ? [
              ['Account', accountPath],
              ['Tokens', accountTokensPath],
            ]
          : [
              [shows.name, subjectPath(shows)],
              ['Embed', embedsPath(shows)],
            ]
      }
    >
      <div className="hero">
        <h1>{shows === null ? 'Copy your new token now' : `Copy what shows ${shows.name} now`}</h1>
        <p className="lead">
          This is the only time that “{name}” is shown. It ends <Time at={expiresAt} form="long" />.
        </p>
      </div>
      {shows === null ? (
        <Token made={made} url={url} />
      ) : (
        <EmbedCodes url={url} shows={shows} token={token} isFramed={(page.embedIn ?? []).length > 0} />
      )}
      <p className="mt-8">
        <a href={shows === null ? accountTokensPath : embedsPath(shows)}>
          I have it. {shows === null ? 'Back to my tokens' : 'Back to its keys'}
        </a>
      </p>
    </PageShell>
  )
}

function Token({ made: { token, kind }, url }: { made: Pick<NonNullable<ReturnType<typeof readMade>>, 'token' | 'kind'>; url: string }) {
  return (
    <>
      <p className="flex flex-wrap items-center gap-3">
        <code
          id="token"
          className="max-w-full rounded border border-line-strong bg-sheet px-4 py-3 text-[15px] break-all text-ink select-all"
        >
          {token}
        </code>
        <CopyButton text={token} of="token" />
      </p>
      <div className="mt-6 max-w-prose text-muted">
        {kind === 'address' ? (
          <>
            <p>Put it at the end of an address, for a reader that cannot send headers:</p>
            <pre className="mt-2 whitespace-pre-wrap wrap-anywhere text-[14px]">{`${url}/feed.atom?key=${token}\n${url}/api/v1/status?key=${token}`}</pre>
          </>
        ) : (
          <>
            <p>A program sends it along:</p>
            <pre className="mt-2 whitespace-pre-wrap wrap-anywhere text-[14px]">{`curl -H "Authorization: Bearer $TIDEMARK_TOKEN" ${url}/api/v1/feeds`}</pre>
          </>
        )}
        <p className="mt-2">Keep it like a password: whoever has it is taken for you.</p>
      </div>
    </>
  )
}
