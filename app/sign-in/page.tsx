import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { browserOf, requestContext } from '#app/_lib/request-context.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { AloneShell } from '#app/_ui/alone-shell.tsx'
import { forgottenPath, oidcPath, overviewPath, takeDemoSignInPath, takeSignInPath } from '#app/_ui/paths.ts'
import { isAtDemo } from '#lib/access/demo.ts'
import { readSealedWords } from '#lib/access/sealed-words.ts'
import { whyNotKept } from '#lib/access/sign-in.ts'
import { getWayIn, type WayIn } from '#lib/access/way-in.ts'
import { isOutsider } from '#lib/domain/access/actor.ts'
import { DEMO_PEOPLE } from '#lib/domain/access/demo-people.ts'
import { ownPath } from '#lib/domain/access/own-path.ts'

export const dynamic = 'force-dynamic'

export const metadata: Metadata = { title: 'Sign in', robots: { index: false } }

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** The way in. Who has come in already goes on at once. */
export default async function SignInPage({ searchParams }: PageProps) {
  const { to, said } = await searchParams
  const asked = await requestContext()
  const { context } = webProcess()
  const next = ownPath(typeof to === 'string' ? to : await cameFrom())
  if (asked.actor.kind === 'person') redirect(next)
  const [found, isDemo] = await Promise.all([getWayIn(context), isAtDemo(asked, browserOf())])
  const words = readSealedWords(context, said) ?? whyNotKept(browserOf().site)
  return (
    <AloneShell name={found.page.name} title={isDemo || found.isOpen ? 'Sign in' : 'This page has no admin yet'} said={words}>
      {isDemo && <DemoPeople to={next} />}
      {!isDemo && (found.isOpen ? <Ways to={next} oidcName={found.oidcName} /> : <NobodyYet />)}
      {found.isOpen && !isDemo && (
        <p className="mt-4 text-[14px] text-muted">
          <a href={forgottenPath}>Forgotten your password?</a>
        </p>
      )}
      <Aside found={found} isDemo={isDemo} isPrivate={isOutsider(asked.actor)} />
    </AloneShell>
  )
}

/** The page of ours that led here by a plain link. */
async function cameFrom(): Promise<string | null> {
  const told = await headers()
  const from = told.get('referer') ?? ''
  if (!URL.canParse(from) || new URL(from).host !== told.get('host')) return null
  return `${new URL(from).pathname}${new URL(from).search}`
}

/** First the one the house has for everything, where it has one. */
function Ways({ to, oidcName }: { to: string; oidcName: string | null }) {
  if (oidcName === null) return <PasswordForm to={to} />
  return (
    <>
      <p className="entry-form">
        <a className="button primary" href={oidcPath(to)}>
          Sign in with {oidcName}
        </a>
      </p>
      <p className="mt-8 text-muted">Or with an account of this page:</p>
      <PasswordForm to={to} isSecond />
    </>
  )
}

function PasswordForm({ to, isSecond = false }: { to: string; isSecond?: boolean }) {
  return (
    <form className={isSecond ? 'entry-form mt-4' : 'entry-form'} method="post" action={takeSignInPath}>
      <input type="hidden" name="to" value={to} />
      <label>
        <span>E-mail address</span>
        <input type="email" name="email" autoComplete="username" required maxLength={254} />
      </label>
      <label>
        <span>Password</span>
        <input type="password" name="password" autoComplete="current-password" required maxLength={128} />
      </label>
      <button type="submit" className={isSecond ? 'button' : 'button primary'}>
        Sign in
      </button>
    </form>
  )
}

/** At the demo: one click each. */
function DemoPeople({ to }: { to: string }) {
  return (
    <form className="entry-form gap-y-3" method="post" action={takeDemoSignInPath}>
      <input type="hidden" name="to" value={to} />
      {DEMO_PEOPLE.map(({ key, name, words }) => (
        <button key={key} type="submit" className="button person" name="who" value={key}>
          <strong>{name}</strong>
          <span>{words}</span>
        </button>
      ))}
    </form>
  )
}

/** Before there is an admin: how whoever runs the page becomes one. */
function NobodyYet() {
  return (
    <div className="mt-6">
      <p>So nobody can sign in here.</p>
      <p className="mt-4">
        Whoever runs it finds a link for the first admin in what <code>npm start</code> has printed. It works once, within 24 hours; a new
        one comes with each start, or by
      </p>
      <pre className="mt-2 overflow-x-auto rounded bg-sheet px-4 py-3">npm run tidemark -- admin you@example.edu</pre>
      <p className="mt-4">on the machine it runs on.</p>
    </div>
  )
}

interface AsideProps {
  found: WayIn
  isDemo: boolean
  /** They see nothing else. */
  isPrivate: boolean
}

function Aside({ found: { isUnsaid, isOpen }, isDemo, isPrivate }: AsideProps) {
  if (isDemo)
    return (
      <p className="mt-8 text-[14px] text-muted">
        This is the demo: it has three people and no passwords, and lets nobody in from another machine. <BackToStatus />
      </p>
    )
  return (
    <p className="mt-8 text-[14px] text-muted">
      {isPrivate
        ? 'This page is private. '
        : isUnsaid
          ? UNSAID
          : 'Everybody may read this page; signing in lets you do more, as your role allows. '}
      {isOpen && 'No account? An admin of this page can invite you. '}
      {!isPrivate && <BackToStatus />}
    </p>
  )
}

const UNSAID = 'Nothing can be read here yet but how to begin: the first catalogue says who may. '

function BackToStatus() {
  return (
    <a className="mt-3 block w-fit" href={overviewPath}>
      Back to the status
    </a>
  )
}
