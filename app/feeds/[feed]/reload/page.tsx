import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { redirectRenamed } from '#app/_lib/redirect-renamed.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { decodeSegment, feedPath, overviewPath } from '#app/_ui/paths.ts'
import { OrderPanel } from '#app/_ui/reload/order-panel.tsx'
import { PlanPanel } from '#app/_ui/reload/plan-panel.tsx'
import { ReloadBox } from '#app/_ui/reload/reload-box.tsx'
import { planReload } from '#lib/commands/orders/plan-reload.ts'
import { getReloadForm } from '#lib/queries/runs/reload-form.ts'
import { getReload } from '#lib/queries/runs/reload-order.ts'
import { getBanners } from '#lib/queries/shared/banners.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

export const dynamic = 'force-dynamic'
export const metadata: Metadata = { title: 'Reload' }

/** The plan of a reload for those whose browser runs no scripts. */
export default async function Page({ params }: { params: Promise<{ feed: string }> }) {
  const key = decodeSegment((await params).feed) ?? ''
  const ctx = await requestContext()
  const [page, plan, form, reload] = await Promise.all([
    getPageSettings(ctx),
    planReload(ctx, key),
    getReloadForm(ctx, key),
    getReload(ctx, key),
  ])
  if (page === null || plan === null) {
    await redirectRenamed('feed', key)
    notFound()
  }
  const { feed } = plan
  const isOpen = reload.order?.state === 'open'
  return (
    <PageShell
      page={page}
      now={ctx.clock.now()}
      shows={[`feed:${feed.key}`]}
      banners={await getBanners(ctx, page.demo)}
      crumbs={[
        ['All feeds', overviewPath],
        [feed.name, feedPath(feed.key)],
      ]}
    >
      <header className="max-w-[880px] pt-4 pb-6">
        <h1 dir="auto">Reload {feed.name}</h1>
        {isOpen && reload.order !== null && <OrderPanel initial={reload.order} canCancel={reload.refusal === null} />}
        {!isOpen && reload.refusal !== null && <ReloadBox feed={feed} reload={reload} />}
        {!isOpen && reload.refusal === null && (
          <div className="reload">
            <PlanPanel plan={plan} form={form} />
          </div>
        )}
      </header>
    </PageShell>
  )
}
