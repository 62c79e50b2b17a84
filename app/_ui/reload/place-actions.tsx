import { PauseAction, PauseButtons } from '#app/_ui/actions/pause-action.tsx'
import type { ReloadView } from '#lib/queries/runs/reload-order.ts'
import type { WorkView } from '#lib/queries/shared/work.ts'
import { ReloadBox } from './reload-box.tsx'

interface PlaceActionsProps {
  subject: { kind: 'feed' | 'asset'; key: string }
  name: string
  feed: { key: string; name: string }
  reload: ReloadView
  work: readonly WorkView[]
  takesActions: boolean
}

/** Who may ask for anything here stands with the reload already. */
function saysWho({ refusal }: ReloadView): boolean {
  return refusal === 'role'
}

/** What can be asked for at a feed or an asset, in one row: its feed is reloaded, it is paused, work on it is announced. */
export function PlaceActions({ subject, name, feed, reload, work, takesActions }: PlaceActionsProps) {
  const pause = { subject, name, work }
  if (takesActions)
    return (
      <ReloadBox feed={feed} reload={reload}>
        <PauseButtons {...pause} />
      </ReloadBox>
    )
  return (
    <>
      <ReloadBox feed={feed} reload={reload} />
      {saysWho(reload) || <PauseAction {...pause} takesActions={false} />}
    </>
  )
}
