import { readerHere } from '#app/_lib/overview-key.ts'
import { signInPath } from '#app/_ui/paths.ts'

/** Why there are no buttons: whoever reads this has not signed in, or not as somebody who may press them. */
export function NoActions() {
  const isKnown = readerHere() === 'member'
  return (
    <p className="muted small mt-4 print:hidden">
      {isKnown ? (
        'An engineer can ask for'
      ) : (
        <>
          <a href={signInPath}>Sign in</a> as an engineer to ask for
        </>
      )}{' '}
      a run, a pause or a check here.
    </p>
  )
}
