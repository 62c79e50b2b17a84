'use client'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { getJson } from '#app/_ui/live/get-json.ts'
import { feedPath, orderReloadPath, reloadPath, signInToPath } from '#app/_ui/paths.ts'
import type { ReloadPlan } from '#lib/commands/orders/plan-reload.ts'
import type { ReloadForm } from '#lib/queries/runs/reload-form.ts'
import type { ReloadView } from '#lib/queries/runs/reload-order.ts'
import { OrderPanel } from './order-panel.tsx'
import { Owner } from './owner.tsx'
import { PlanPanel } from './plan-panel.tsx'

interface ReloadBoxProps {
  feed: { key: string; name: string }
  reload: ReloadView
}

/** The reload of a feed, where it stands: the order that goes on or has just ended, and the button whose plan unfolds in place. */
export function ReloadBox({ feed, reload: { order, refusal, owner } }: ReloadBoxProps) {
  const isOpen = order?.state === 'open'
  return (
    <>
      {order !== null && <OrderPanel key={`${order.id} ${order.state}`} initial={order} canCancel={refusal === null} />}
      {!isOpen &&
        (refusal === null ? (
          <ReloadButton key={order?.id ?? 'none'} feed={feed} />
        ) : (
          <NoReload feed={feed} refusal={refusal} owner={owner} />
        ))}
    </>
  )
}

function ReloadButton({ feed }: Pick<ReloadBoxProps, 'feed'>) {
  const [isUnfolded, setUnfolded] = useState(false)
  const [isOrdered, setOrdered] = useState(false)
  const router = useRouter()
  const { data, error } = useQuery({
    queryKey: ['reload', feed.key],
    queryFn: ({ signal }) => getJson<{ plan: ReloadPlan; form: ReloadForm | null }>(orderReloadPath(feed.key), signal),
    enabled: isUnfolded,
    staleTime: 0,
  })
  return (
    <div className="mt-6 print:hidden">
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
      {isUnfolded && (
        <div className="reload" aria-live="polite">
          {isOrdered && <p>Ordered. It begins…</p>}
          {!isOrdered && data === undefined && <p className="muted">{error === null ? 'Making the plan…' : error.message}</p>}
          {!isOrdered && data !== undefined && (
            <PlanPanel
              {...data}
              onOrdered={() => {
                setOrdered(true)
                router.refresh()
              }}
            />
          )}
        </div>
      )}
    </div>
  )
}

function NoReload({ feed, refusal, owner }: { feed: ReloadBoxProps['feed']; refusal: 'sign-in' | 'role'; owner: string | null }) {
  return (
    <p className="muted mt-4 print:hidden">
      {refusal === 'sign-in' ? (
        <>
          <a href={signInToPath(feedPath(feed.key))}>Sign in</a> to reload it
        </>
      ) : (
        'To reload it takes the role engineer'
      )}
      {owner !== null && (
        <>
          , or ask <Owner owner={owner} about={feed.name} />
        </>
      )}
      .
    </p>
  )
}
