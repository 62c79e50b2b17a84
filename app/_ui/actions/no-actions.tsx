import { signInPath } from '#app/_ui/paths.ts'

/** Why there are no buttons: whoever reads this has not signed in, or not as somebody who may press them. */
export function NoActions({ command }: { command?: string }) {
  return (
    <p className="muted small mt-4 print:hidden">
      <a href={signInPath}>Sign in</a> as an engineer to ask for a run, a pause or a check here
      {command !== undefined && (
        <>
          , or on the machine it runs on: <code>{command}</code>
        </>
      )}
      .
    </p>
  )
}
