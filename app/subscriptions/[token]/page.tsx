import type { Metadata } from 'next'
import { requestContext } from '#app/_lib/request-context.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { AloneShell } from '#app/_ui/alone-shell.tsx'
import { confirmSubscriptionsPath, endSubscriptionsPath } from '#app/_ui/feeds/reader-paths.ts'
import { readSealedWords } from '#lib/access/sealed-words.ts'
import { type LinkedSubscriptions, lookAtSubscriptions } from '#lib/access/subscriptions/by-link.ts'
import { getWayIn } from '#lib/access/way-in.ts'

export const dynamic = 'force-dynamic'

export const metadata: Metadata = { title: 'What you are written to of', robots: { index: false } }

interface PageProps {
  params: Promise<{ token: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** What whoever has the link in a letter is written to of: confirmed and ended by a button, since programs that look into letters follow links. */
export default async function SubscriptionsPage({ params, searchParams }: PageProps) {
  const [{ token }, { said }] = await Promise.all([params, searchParams])
  const [{ page }, found] = await Promise.all([getWayIn(webProcess().context), lookAtSubscriptions(await requestContext(), token)])
  const words = readSealedWords(webProcess().context, said)
  const isNothing = found === null || found.subscriptions.length + found.unseen === 0
  return (
    <AloneShell name={page.name} title="Letters to you" said={words}>
      {isNothing ? <p className="mt-6">Nothing is sent to you from here.</p> : <Written token={token} found={found} />}
    </AloneShell>
  )
}

function Written({ token, found }: { token: string; found: LinkedSubscriptions }) {
  const asked = found.subscriptions.filter(({ isConfirmed }) => !isConfirmed)
  const confirmed = found.subscriptions.filter(({ isConfirmed }) => isConfirmed)
  return (
    <>
      {asked.length > 0 && (
        <form method="post" action={confirmSubscriptionsPath(token)} className="mt-6">
          <p>Do you want to be written to at {found.address} when something is wrong with this, and when it is well again?</p>
          <ul className="my-4 list-disc ps-5">
            {asked.map(({ subjectId, name }) => (
              <li key={subjectId} dir="auto">
                {name}
              </li>
            ))}
          </ul>
          <button type="submit" className="button primary">
            Yes, write to me
          </button>
        </form>
      )}
      {confirmed.length + found.unseen > 0 && (
        <>
          <p className="mt-6">Letters go to {found.address} when something is wrong with what stands here, and when it is well again.</p>
          <ul className="mt-4 border-t border-line-strong">
            {confirmed.map(({ subjectId, name, isGone }) => (
              <li key={subjectId} className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-line py-3">
                <span className="me-auto" dir="auto">
                  {name}
                  {isGone && <span className="muted"> – it is gone</span>}
                </span>
                <form method="post" action={endSubscriptionsPath(token)}>
                  <input type="hidden" name="subject" value={subjectId} />
                  <button type="submit" className="button">
                    End<span className="sr-only"> letters about {name}</span>
                  </button>
                </form>
              </li>
            ))}
            {found.unseen > 0 && (
              <li className="muted border-b border-line py-3">And what you may not see any more, of which nothing is sent.</li>
            )}
          </ul>
        </>
      )}
      <form method="post" action={endSubscriptionsPath(token)} className="mt-6">
        <button type="submit" className="button">
          {confirmed.length + found.unseen === 0 ? 'No, and forget this address' : 'End all of it'}
        </button>
      </form>
    </>
  )
}
