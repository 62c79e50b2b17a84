import { NoActions } from '#app/_ui/actions/no-actions.tsx'
import { PauseButtons } from '#app/_ui/actions/pause-action.tsx'
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

/** What can be asked for at a feed or an asset, in one row: its feed is reloaded, it is paused, work on it is announced. */
export function PlaceActions({ subject, name, feed, reload, work, takesActions }: PlaceActionsProps) {
  if (takesActions)
    return (
      <ReloadBox feed={feed} reload={reload}>
        <PauseButtons subject={subject} name={name} work={work} />
      </ReloadBox>
    )
  return <ReloadBox feed={feed} reload={reload} />
}

/** Below what is promised: who may ask for anything here, where the reload does not say it already. */
export function NoPlaceActions({ reload: { refusal }, takesActions }: Pick<PlaceActionsProps, 'reload' | 'takesActions'>) {
  return takesActions || refusal === 'role' || refusal === 'sign-in' ? null : <NoActions />
}
