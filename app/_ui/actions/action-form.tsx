'use client'

import { type ReactNode, type SubmitEvent, useState } from 'react'
import { usePageTime } from '#app/_ui/zone.tsx'
import { zoneCity } from '#lib/domain/wording/dates.ts'

interface ActionFormProps {
  /** A POST route that uses `acceptAction`. */
  action: string
  /** A plain form sends objects as JSON text. */
  fields?: Record<string, string | boolean | object>
  children: ReactNode
  /** Asked before it is sent; the button then only unfolds the question. */
  question?: ReactNode
  /** The button under the question. */
  yes?: string
  inputs?: ReactNode
  /** With JavaScript: what to do instead of going where the answer says. */
  onDone?: () => void
}

/** A button that asks for an action: a plain form, which with JavaScript stays on the page until it knows the answer. */
export function ActionForm({ action, fields = {}, children, question, yes, inputs, onDone }: ActionFormProps) {
  const [isSending, setSending] = useState(false)
  const [refusal, setRefusal] = useState<(ActionOutcome & { ok: false }) | null>(null)
  const send = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (isSending) return
    setSending(true)
    const outcome = await postAction(action, { ...Object.fromEntries(new FormData(event.currentTarget)), ...fields })
    setRefusal(outcome.ok ? null : outcome)
    setSending(!outcome.ok || onDone === undefined ? outcome.ok : false)
    if (!outcome.ok) return
    if (onDone === undefined) location.assign(outcome.location)
    else onDone()
  }
  const form = (words: ReactNode) => (
    <form className="action" method="post" action={action} onSubmit={send}>
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={typeof value === 'object' ? JSON.stringify(value) : String(value)} />
      ))}
      {inputs}
      <button type="submit" className="button" aria-disabled={isSending}>
        {isSending ? 'Asking…' : words}
      </button>
      <output className="not-empty:text-stale-text">
        {refusal?.problem}
        {refusal !== null && refusal.location !== null && (
          <>
            {' '}
            <a href={refusal.location}>See it</a>
          </>
        )}
      </output>
    </form>
  )
  if (question === undefined) return form(children)
  return (
    <details className="confirm">
      <summary className="button">{children}</summary>
      <div>
        <p>{question}</p>
        {form(yes ?? children)}
      </div>
    </details>
  )
}

/** Asks when something begins, by the clocks of the page whatever zone the reader chose. */
export function BeginInput() {
  const { pageZone } = usePageTime()
  return (
    <label>
      <span>From, in {zoneCity(pageZone)} time; now, if left empty</span>
      <input type="datetime-local" name="from" />
    </label>
  )
}

/** What became of what was asked: where to go on, or in words why it was not taken, with the page of what is in its way. */
type ActionOutcome = { ok: true; location: string; body: unknown } | { ok: false; problem: string; location: string | null }

/** Posts to the page's own API as JSON; never throws. */
export async function postAction(path: string, fields: object): Promise<ActionOutcome> {
  try {
    const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) })
    const body: unknown = await answer.json()
    if (answer.ok) return { ok: true, location: textIn(body, 'location') ?? '/', body }
    return { ok: false, problem: textIn(body, 'problem') ?? `The page answered ${answer.status}.`, location: textIn(body, 'location') }
  } catch {
    return { ok: false, problem: 'The page could not be reached. Try again.', location: null }
  }
}

/** A text of an answer, by its name; null when it holds none. */
export function textIn(body: unknown, name: string): string | null {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : null
  return typeof value === 'string' ? value : null
}
