import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'
import { cache } from 'react'
import { pressedDay } from '#app/_bars/pressed-bar.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { EmptyState } from '#app/_ui/empty-state.tsx'
import { dayPath, decodeSegment } from '#app/_ui/paths.ts'
import { isValidDay } from '#lib/domain/time/local-day.ts'
import { dayName } from '#lib/domain/wording/dates.ts'
import { getDayPage } from '#lib/queries/days/day-page.ts'
import { getBanners } from '#lib/queries/shared/banners.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { DayScreen } from './day-screen.tsx'

interface PageProps {
  params: Promise<{ day: string }>
  searchParams: Promise<{ bar?: string | string[] }>
}

export const dynamic = 'force-dynamic'

const read = cache(async (segment: string) => {
  const day = decodeSegment(segment)
  return day === null ? null : getDayPage(await requestContext(), day)
})

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { day } = await params
  const found = await read(day)
  if (found !== null) return { title: `${dayName(found.day)} · ${found.page.name}` }
  return { title: (await isTooEarly(day)) ? 'Tidemark' : 'Not found' }
}

/** What happened on a day: `/days/2026-11-24`; from a bar that was pressed without JavaScript on to its day. */
export default async function Page({ params, searchParams }: PageProps) {
  const [{ day }, { bar }] = await Promise.all([params, searchParams])
  const pressed = typeof bar === 'string' && isValidDay(day) ? pressedDay(day, bar) : null
  if (pressed !== null) redirect(dayPath(pressed))
  const found = await read(day)
  if (found !== null) return <DayScreen found={found} />
  if (!(await isTooEarly(day))) notFound()
  const context = await requestContext()
  return <EmptyState now={context.clock.now()} banners={await getBanners(context, false)} />
}

/** There is such a day, and nothing to tell of it until a first catalogue is accepted. */
async function isTooEarly(segment: string): Promise<boolean> {
  return isValidDay(decodeSegment(segment) ?? '') && (await getPageSettings(await requestContext())) === null
}
