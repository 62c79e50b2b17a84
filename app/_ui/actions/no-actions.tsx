/** Why there are no buttons: while the page is public nobody is known who could press them. */
export function NoActions({ command }: { command?: string }) {
  return (
    <p className="muted small mt-4 print:hidden">
      This page is public, so it takes no orders: no run, pause or check can be asked for here. On its own machine they can
      {command !== undefined && (
        <>
          , for example <code>{command}</code>
        </>
      )}
      ; or the catalogue says <code>access: private</code>.
    </p>
  )
}
