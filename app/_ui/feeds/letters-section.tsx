import { Section } from '#app/_ui/section.tsx'
import type { SubscriptionOffer } from '#lib/access/subscriptions/subscribe.ts'
import { endSubscriptionPath, subscribePath } from './reader-paths.ts'

interface LettersProps {
  subject: { kind: 'group' | 'feed'; key: string }
  name: string
  /** null: no letters are sent from here. */
  offer: SubscriptionOffer | null
}

/** Where somebody has themselves written to of a group or feed, and ends it. */
export function LettersSection({ subject, name, offer }: LettersProps) {
  if (offer === null) return null
  const { to, state } = offer
  const isOn = state === 'confirmed'
  return (
    <Section title="By e-mail">
      <p id="letters">
        {isOn ? (
          <>You are written to at {to} when something is wrong here, and when it is well again.</>
        ) : state === 'asked' ? (
          <>A letter is on its way to {to}. Follow the link in it within a day to confirm.</>
        ) : (
          <>
            One letter when something is wrong with {name}, with why and until when, and one when it is well again.
            {to === null && ' The first letter asks whether you want them.'}
          </>
        )}
      </p>
      <form
        method="post"
        action={isOn ? endSubscriptionPath(subject) : subscribePath(subject)}
        className="mt-4 flex flex-wrap items-end gap-x-3 gap-y-3"
      >
        {to === null && (
          <label className="field">
            <span>Your e-mail address</span>
            <input type="email" name="email" autoComplete="email" required maxLength={254} />
          </label>
        )}
        <button type="submit" className="button">
          {isOn ? 'End it' : state === 'asked' ? 'Send it again' : to === null ? 'Subscribe' : `Write to ${to}`}
        </button>
      </form>
    </Section>
  )
}
