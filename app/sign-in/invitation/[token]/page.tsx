import type { Metadata } from 'next'
import { textOf } from '#app/_lib/accept-action.ts'
import { browserOf, requestContext } from '#app/_lib/request-context.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { AloneShell } from '#app/_ui/alone-shell.tsx'
import { PasswordTwice } from '#app/_ui/password-twice.tsx'
import { signInPath, takeInvitationPath } from '#app/_ui/paths.ts'
import { lookAtInvitation } from '#lib/access/invitations.ts'
import { readSealedWords } from '#lib/access/sealed-words.ts'
import { whyNotKept } from '#lib/access/sign-in.ts'
import { getWayIn } from '#lib/access/way-in.ts'

export const dynamic = 'force-dynamic'

// The address is as good as a password: no other site is to hear of it.
export const metadata: Metadata = { title: 'Your link', robots: { index: false }, referrer: 'same-origin' }

interface PageProps {
  params: Promise<{ token: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

const MAY = {
  viewer: 'You will be able to read.',
  engineer: 'You will be able to read, and to order runs and pauses.',
  admin: 'You will be an admin of this page.',
}

/** Where a link leads that works once: the first admin, an invitation, another password. */
export default async function InvitationPage({ params, searchParams }: PageProps) {
  const { token } = await params
  const { said, name, email } = await searchParams
  const { context } = webProcess()
  const { page } = await getWayIn(context)
  const found = await lookAtInvitation(await requestContext(), token)
  const words = readSealedWords(context, said) ?? whyNotKept(browserOf().site)
  if (found === null) return <Over name={page.name} />
  const { invitation, person } = found
  const isReset = invitation.purpose === 'reset'
  const title = isReset
    ? 'Choose another password'
    : invitation.email === null && invitation.role === 'admin'
      ? 'The first admin'
      : 'Welcome'
  const lead = isReset
    ? `For ${invitation.email}.`
    : `${invitation.email === null ? '' : `For ${invitation.email}. `}${MAY[invitation.role]}`
  return (
    <AloneShell name={page.name} title={title} lead={lead} said={words}>
      <form className="entry-form" method="post" action={takeInvitationPath(token)}>
        {invitation.email === null ? (
          <label>
            <span>E-mail address</span>
            <input type="email" name="email" autoComplete="username" required maxLength={254} defaultValue={textOf(email)} />
          </label>
        ) : (
          <input type="hidden" name="username" autoComplete="username" value={invitation.email} />
        )}
        {person === null && !isReset && (
          <label>
            <span>Name</span>
            <input name="name" autoComplete="name" required maxLength={100} defaultValue={textOf(name)} />
          </label>
        )}
        <PasswordTwice />
        <button type="submit" className="button primary">
          {isReset || person !== null ? 'Set the password and sign in' : 'Create the account and sign in'}
        </button>
      </form>
    </AloneShell>
  )
}

function Over({ name }: { name: string }) {
  return (
    <AloneShell name={name} title="This link no longer works" said={null}>
      <p className="mt-4">It was used already, its time is over, or a newer one was made. Ask whoever gave it to you for another one.</p>
      <p className="mt-4">
        <a href={signInPath}>Sign in</a> if you have an account.
      </p>
    </AloneShell>
  )
}
