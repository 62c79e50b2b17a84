import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { requestContext, whoIsAsking } from '#app/_lib/request-context.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { Said } from '#app/_ui/alone-shell.tsx'
import { endSubscriptionPath } from '#app/_ui/feeds/reader-paths.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { PasswordTwice } from '#app/_ui/password-twice.tsx'
import {
  accountPath,
  accountTokensPath,
  apiPath,
  changePasswordPath,
  endSessionsPath,
  signInToPath,
  subjectPath,
  takeSignOutPath,
} from '#app/_ui/paths.ts'
import { Facts, Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import { readSealedWords } from '#lib/access/sealed-words.ts'
import { type Account, ownAccount } from '#lib/access/sessions.ts'
import { offersLetters, ownSubscriptions, type SeenSubscriptions } from '#lib/access/subscriptions/subscribe.ts'
import { EVERYBODY } from '#lib/domain/access/access-rules.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import { browserInWords } from '#lib/domain/wording/browser-words.ts'
import { getAdminFrame } from '#lib/queries/shared/admin-frame.ts'

export const dynamic = 'force-dynamic'

export const metadata: Metadata = { title: 'Account' }

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

const ROLE_WORDS = {
  viewer: 'Viewer: you read.',
  engineer: 'Engineer: you read, and order runs, checks and pauses.',
  admin: 'Admin: you may do everything.',
} as const satisfies Record<Actor['role'], string>

/** One's own account: who one is here, one's password, where one is signed in. */
export default async function AccountPage({ searchParams }: PageProps) {
  const { said } = await searchParams
  const context = await requestContext()
  if (context.actor.kind !== 'person') redirect(signInToPath(accountPath))
  const [frame, account, subscriptions, isOffered] = await Promise.all([
    getAdminFrame(context),
    ownAccount(context),
    ownSubscriptions(context),
    offersLetters(context),
  ])
  return (
    <PageShell page={frame.page} now={frame.now} banners={frame.banners} shows={null} place="account">
      <div className="hero">
        <h1 dir="auto">{account.person.name}</h1>
        <Said words={readSealedWords(webProcess().context, said)} />
      </div>
      <Facts
        facts={[
          ['E-mail address', account.person.email],
          ['Role', ROLE_WORDS[context.actor.role]],
          ['You see', sightInWords(context.actor.audience)],
        ]}
      />
      <form method="post" action={takeSignOutPath} className="mt-4">
        <button type="submit" className="button">
          Sign out
        </button>
      </form>
      <Sessions sessions={account.sessions} own={whoIsAsking().sessionId} />
      <Letters own={subscriptions} email={account.person.email} isOffered={isOffered} />
      <Section title="Tokens">
        <p>
          A program proves with a token that it asks for you: <a href={accountTokensPath}>your tokens</a>, and{' '}
          <a href={apiPath}>what it can ask for</a>.
        </p>
      </Section>
      {account.hasPassword && <ChangePassword email={account.person.email} />}
    </PageShell>
  )
}

function sightInWords(audience: string | null): string {
  if (audience === null) return 'Everything.'
  return audience === EVERYBODY ? 'The groups that are for everybody.' : `The groups of ${audience}, and those for everybody.`
}

/** What one is written to of; each can be ended from here. */
function Letters({ own: { subscriptions, unseen }, email, isOffered }: { own: SeenSubscriptions; email: string; isOffered: boolean }) {
  return (
    <Section title="Letters to you">
      {subscriptions.length + unseen === 0 ? (
        <p className="muted">
          {isOffered
            ? 'None. On the page of a group or a feed you can have yourself written to when something is wrong with it.'
            : 'None: this page sends no mail.'}
        </p>
      ) : (
        <>
          <p>Letters go to {email} when something is wrong with what stands here, and when it is well again.</p>
          <ul className="mt-4 border-t border-line-strong">
            {subscriptions.map(({ kind, key, name, isGone, isConfirmed }) => (
              <li key={`${kind}:${key}`} className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-line py-3">
                <div className="me-auto">
                  <p dir="auto">{isGone ? name : <a href={subjectPath({ kind, key })}>{name}</a>}</p>
                  <p className="text-[14px] text-muted">
                    {isGone ? 'It is gone.' : kind === 'group' ? 'All its feeds' : 'One feed'}
                    {!isConfirmed && ', to be confirmed by the link in a letter'}
                  </p>
                </div>
                <form method="post" action={endSubscriptionPath({ kind, key })}>
                  <input type="hidden" name="from" value="account" />
                  <button type="submit" className="button">
                    End<span className="sr-only"> letters about {name}</span>
                  </button>
                </form>
              </li>
            ))}
            {unseen > 0 && (
              <li className="muted border-b border-line py-3">And what you may not see any more, of which nothing is sent.</li>
            )}
          </ul>
        </>
      )}
    </Section>
  )
}

/** Where one is signed in; each can be ended from here. */
function Sessions({ sessions, own }: { sessions: Account['sessions']; own: string | null }) {
  return (
    <Section title="Where you are signed in" note="Each ends by itself at the time it says.">
      <ul className="border-t border-line-strong">
        {sessions.map((session) => (
          <li key={session.id} className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-line py-3">
            <div className="me-auto">
              <p>
                {browserInWords(session.browser)}
                {session.id === own && <strong className="font-semibold"> – this browser</strong>}
              </p>
              <p className="text-[14px] text-muted">
                Since <Time at={session.startedAt} form="long" />
                {session.from !== null && session.from !== '' && `, from ${session.from}`}; until{' '}
                <Time at={session.expiresAt} form="long" />
              </p>
            </div>
            {session.id !== own && (
              <form method="post" action={endSessionsPath}>
                <input type="hidden" name="session" value={session.id} />
                <button type="submit" className="button">
                  End<span className="sr-only"> the session of {browserInWords(session.browser)}</span>
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      {sessions.length > 1 && (
        <form method="post" action={endSessionsPath} className="mt-4">
          <button type="submit" className="button">
            End all others
          </button>
        </form>
      )}
    </Section>
  )
}

function ChangePassword({ email }: { email: string }) {
  return (
    <Section title="Change your password">
      <form method="post" action={changePasswordPath} className="entry-form mt-0">
        <input type="hidden" name="username" autoComplete="username" value={email} />
        <label>
          <span>The password you have now</span>
          <input type="password" name="password" autoComplete="current-password" required maxLength={128} />
        </label>
        <PasswordTwice name="next" />
        <button type="submit" className="button justify-self-start">
          Change it, and end all other sessions
        </button>
      </form>
    </Section>
  )
}
