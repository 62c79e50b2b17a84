import type { Metadata } from 'next'
import { requestContext } from '#app/_lib/request-context.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { AloneShell } from '#app/_ui/alone-shell.tsx'
import { signInPath, takeForgottenPath } from '#app/_ui/paths.ts'
import { canWrite } from '#lib/access/letters.ts'
import { readSealedWords } from '#lib/access/sealed-words.ts'
import { getWayIn } from '#lib/access/way-in.ts'

export const dynamic = 'force-dynamic'

export const metadata: Metadata = { title: 'Forgotten password', robots: { index: false } }

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** How somebody gets another password: by mail, or by an admin. Whether there is an account is said to nobody. */
export default async function ForgottenPage({ searchParams }: PageProps) {
  const { said } = await searchParams
  const { context } = webProcess()
  const asked = await requestContext()
  const [{ page }, isMailed] = await Promise.all([getWayIn(context), canWrite(asked.whole)])
  const words = readSealedWords(context, said)
  return (
    <AloneShell name={page.name} title="Forgotten password" said={words}>
      {isMailed ? (
        <form className="entry-form" method="post" action={takeForgottenPath}>
          <label>
            <span>E-mail address of your account</span>
            <input type="email" name="email" autoComplete="username" required maxLength={254} />
            <small>You get a link to choose another password. It works once, within an hour.</small>
          </label>
          <button type="submit" className="button primary">
            Send the link
          </button>
        </form>
      ) : (
        <p className="mt-6">
          This page sends no mail. Ask an admin to let you in no more and to invite you anew: the link they get lets you choose another
          password.
        </p>
      )}
      <p className="mt-8 text-[14px] text-muted">
        Who signs in by another system has no password here. <a href={signInPath}>Back to signing in</a>
      </p>
    </AloneShell>
  )
}
