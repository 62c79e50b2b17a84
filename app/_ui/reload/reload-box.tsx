'use client'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { getJson } from '#app/_ui/live/get-json.ts'
import { feedPath, orderReloadPath, reloadPath, requestRunPath, signInToPath } from '#app/_ui/paths.ts'
import type { ReloadPlan } from '#lib/commands/orders/plan-reload.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { ReloadForm } from '#lib/queries/runs/reload-form.ts'
import type { ReloadView } from '#lib/queries/runs/reload-order.ts'
import { StartedElsewhere } from './elsewhere.tsx'
import { OrderPanel } from './order-panel.tsx'
import { OnlyWatched, Owner } from './owner.tsx'
import { PlanPanel } from './plan-panel.tsx'

interface ReloadBoxProps {
  feed: { key: string; name: string }
  reload: ReloadView
  /** What else can be asked for there, beside it. */
  children?: ReactNode
}

/** The reload of a feed, where it stands: the order that goes on or has just ended, and one row of what can be asked for, under which the plan unfolds. */
export function ReloadBox({ feed, reload, children }: ReloadBoxProps) {
  const { order, refusal, owner, elsewhere } = reload
  const isOpen = order?.state === 'open'
  return (
    <>
      {order !== null && <OrderPanel key={`${order.id} ${order.state}`} initial={order} canCancel={refusal === null} />}
      {refusal !== null && !isOpen && <NoReload feed={feed} refusal={refusal} owner={owner} elsewhere={elsewhere} />}
      {refusal === null && !isOpen ? (
        <ReloadActions key={order?.id ?? 'none'} feed={feed} replayable={reload.replayable}>
          {children}
        </ReloadActions>
      ) : (
        children !== undefined && <div className="actions">{children}</div>
      )}
    </>
  )
}

function ReloadActions({ feed, replayable, children }: Pick<ReloadBoxProps, 'feed' | 'children'> & Pick<ReloadView, 'replayable'>) {
  const [isUnfolded, setUnfolded] = useState(false)
  const [isOrdered, setOrdered] = useState(false)
  const router = useRouter()
  return (
    <>
      <div className="actions">
        {/* Without JavaScript the plan is a page of its own. */}
        <a
          className="button inline-flex items-center no-underline"
          href={reloadPath(feed.key)}
          aria-expanded={isUnfolded}
          onClick={(event) => {
            event.preventDefault()
            setUnfolded(!isUnfolded)
          }}
        >
          Reload…<span className="sr-only"> {feed.name}</span>
        </a>
        {replayable.map(({ flow, runId, keys }) => (
          <ActionForm key={flow} action={requestRunPath(flow)} fields={{ parameters: { replay: runId } }} onDone={() => router.refresh()}>
            Replay {formatCount(keys)} failed {keys === 1 ? 'key' : 'keys'}
            {replayable.length > 1 && ` of ${flow}`}
          </ActionForm>
        ))}
        {children}
      </div>
      {isUnfolded && (
        <div className="reload print:hidden" aria-live="polite">
          {isOrdered ? (
            <p>Ordered. It begins…</p>
          ) : (
            <Plan
              feed={feed}
              onOrdered={() => {
                setOrdered(true)
                router.refresh()
              }}
            />
          )}
        </div>
      )}
    </>
  )
}

function Plan({ feed, onOrdered }: Pick<ReloadBoxProps, 'feed'> & { onOrdered: () => void }) {
  const { data, error } = useQuery({
    queryKey: ['reload', feed.key],
    queryFn: ({ signal }) => getJson<{ plan: ReloadPlan; form: ReloadForm | null }>(orderReloadPath(feed.key), signal),
    staleTime: 0,
  })
  if (data === undefined) return <p className="muted">{error === null ? 'Making the plan…' : error.message}</p>
  return <PlanPanel {...data} onOrdered={onOrdered} />
}

interface NoReloadProps {
  feed: ReloadBoxProps['feed']
  refusal: NonNullable<ReloadView['refusal']>
  owner: string | null
  elsewhere: ReloadView['elsewhere']
}

function NoReload({ feed, refusal, owner, elsewhere }: NoReloadProps) {
  if (refusal === 'only-watched')
    return (
      <div className="muted mt-4 print:hidden">
        <p>
          <OnlyWatched name={feed.name} owner={owner} isLoadedElsewhere={elsewhere.length > 0} />
        </p>
        {elsewhere.length > 0 && <StartedElsewhere jobs={elsewhere} />}
      </div>
    )
  return (
    <p className="muted mt-4 print:hidden">
      {refusal === 'sign-in' ? (
        <>
          <a href={signInToPath(feedPath(feed.key))}>Sign in</a> as an engineer to reload or pause it
        </>
      ) : (
        'An engineer can reload or pause it'
      )}
      {owner !== null && (
        <>
          {refusal === 'sign-in' ? ', or ask ' : ': ask '}
          <Owner owner={owner} about={feed.name} />
        </>
      )}
      .
    </p>
  )
}
