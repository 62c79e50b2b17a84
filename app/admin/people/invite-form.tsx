'use client'

import { useRouter } from 'next/navigation'
import { type SubmitEvent, useState } from 'react'
import { postAction, textIn } from '#app/_ui/actions/action-form.tsx'
import { CopyButton } from '#app/_ui/actions/copy-button.tsx'
import { invitePath } from '#app/_ui/paths.ts'
import { AccessFields } from './access-fields.tsx'

interface Made {
  link: string
  words: string
}

/** Invites somebody; the link is shown here once. Without JavaScript the answer is a page of its own. */
export function InviteForm({ audiences, isMailed }: { audiences: readonly string[]; isMailed: boolean }) {
  const router = useRouter()
  const [isSending, setSending] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [made, setMade] = useState<Made | null>(null)
  const send = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (isSending) return
    const form = event.currentTarget
    setSending(true)
    const outcome = await postAction(invitePath, Object.fromEntries(new FormData(form)))
    setSending(false)
    setProblem(outcome.ok ? null : outcome.problem)
    if (!outcome.ok) return
    setMade({ link: textIn(outcome.body, 'link') ?? '', words: textIn(outcome.body, 'words') ?? '' })
    form.reset()
    router.refresh()
  }
  return (
    <>
      <form className="entry-form mt-0" method="post" action={invitePath} onSubmit={send}>
        <label>
          <span>E-mail address</span>
          <input type="email" name="email" maxLength={254} autoComplete="off" />
          <small>
            {isMailed ? 'The link goes there as mail, and is shown to you, too. ' : ''}Left empty, whoever has the link can use it; an admin
            is invited by address only.
          </small>
        </label>
        <AccessFields given={{ role: 'viewer', audience: null }} audiences={audiences} />
        <button type="submit" className="button primary justify-self-start" aria-disabled={isSending}>
          {isSending ? 'Inviting…' : 'Invite'}
        </button>
      </form>
      <output className="block not-empty:mt-4">
        {problem !== null && <span className="text-stale-text">{problem}</span>}
        {made !== null && problem === null && <NewLink made={made} />}
      </output>
    </>
  )
}

function NewLink({ made: { link, words } }: { made: Made }) {
  return (
    <div className="max-w-[640px] rounded bg-sheet p-4">
      <p>{words} It is not shown again.</p>
      <p className="my-3 wrap-anywhere">
        <code>{link}</code>
      </p>
      <CopyButton text={link} of="link" />
    </div>
  )
}
