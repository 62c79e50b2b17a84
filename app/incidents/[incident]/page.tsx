import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { statusIcon } from '#app/_embed/status-icon.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { incidentTitle } from '#lib/domain/wording/incident-title.ts'
import { getIncidentPage } from '#lib/queries/incidents/incident-page.ts'
import { IncidentScreen } from './incident-screen.tsx'

interface PageProps {
  params: Promise<{ incident: string }>
}

export const dynamic = 'force-dynamic'

const read = cache(async (id: string) => (/^\d{1,9}$/.test(id) ? getIncidentPage(await requestContext(), Number(id)) : null))

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const found = await read((await params).incident)
  if (found === null) return { title: 'Not found' }
  const { incident, page } = found
  return { title: `${incidentTitle(incident)} · ${page.name}`, ...statusIcon(incident.endHow === 'resolved' ? 'fresh' : incident.status) }
}

/** One incident, at an address that stays. */
export default async function Page({ params }: PageProps) {
  const found = await read((await params).incident)
  if (found === null) notFound()
  return <IncidentScreen found={found} reader={(await requestContext()).actor.name} />
}
