import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { admit } from '#app/_lib/admit.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { maintenancePath, questionOf } from '#app/_ui/paths.ts'
import { may } from '#lib/domain/access/actions.ts'
import { readAnnouncedWork } from '#lib/domain/freshness/announced-work.ts'
import { announcedWorkInWords } from '#lib/domain/freshness/announced-work-in-words.ts'
import { announcedIn, maintenanceEndBody } from '#lib/queries/api/order-bodies.ts'
import { getMaintenanceForm, type MaintenanceAsked } from '#lib/queries/pages/maintenance-form.ts'
import { MaintenanceScreen } from './maintenance-screen.tsx'

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export const metadata: Metadata = { title: 'Maintenance' }
export const dynamic = 'force-dynamic'

/** What announced work will mean, before it is announced, and the change of what has been. */
export default async function Page({ searchParams }: PageProps) {
  const asked = Object.entries(await searchParams).map(([name, value]) => [name, typeof value === 'string' ? value : ''])
  const fields: Record<string, string> = Object.fromEntries(asked)
  const context = admit(await requestContext(), 'window.open', `${maintenancePath}${questionOf(fields)}`)
  const what = readAsked(fields)
  const form = what === null ? null : await getMaintenanceForm(context, what)
  if (what === null || form === null || (form.subject === null && !may(context.actor, 'window.everything'))) notFound()
  const isFilledIn = fields['when'] !== undefined || (what.kind === 'window' && fields['note'] !== undefined)
  const draft = isFilledIn ? fields : { ...form.draft }
  return (
    <MaintenanceScreen
      form={form}
      asked={what}
      draft={draft}
      meaning={isFilledIn && what.kind !== 'window' ? meaningOf(fields, form.page.zone, form.now) : null}
      back={fields['back'] === 'admin' ? 'admin' : undefined}
    />
  )
}

function readAsked(fields: Record<string, string>): MaintenanceAsked | null {
  const { subject, window, series } = fields
  const isAnnounced = window !== undefined || series !== undefined
  const { data } = maintenanceEndBody.partial().safeParse(isAnnounced ? { window, series } : { subject })
  if (data?.subject !== undefined) return { kind: 'subject', subject: data.subject }
  const announced = data === undefined ? null : announcedIn(data)
  if (announced === null) return null
  return 'windowId' in announced ? { kind: 'window', id: announced.windowId } : { kind: 'series', id: announced.seriesId }
}

function meaningOf(fields: Record<string, string>, zone: string, now: number): { isWrong: boolean; words: string } {
  const work = readAnnouncedWork(fields, zone, now)
  if ('problems' in work) return { isWrong: true, words: work.problems.join(' ') }
  return { isWrong: false, words: announcedWorkInWords(work, zone, now) }
}
