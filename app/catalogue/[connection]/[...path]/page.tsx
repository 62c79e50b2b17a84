import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'
import { cache } from 'react'
import { requestContext } from '#app/_lib/request-context.ts'
import { assetKeyOf, assetPath } from '#app/_ui/paths.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'
import { getFoundThing } from '#lib/queries/catalogue/found-thing.ts'
import { FoundThingScreen } from './found-thing-screen.tsx'

interface PageProps {
  params: Promise<{ connection: string; path: string[] }>
}

export const dynamic = 'force-dynamic'

const readKey = cache(async (connection: string, path: string) => getFoundThing(await requestContext(), connection, path))

async function read(params: PageProps['params']) {
  const { connection, path } = await params
  const key = assetKeyOf([connection, ...path])
  return key === null ? null : readKey(connectionOf(toStorableText(key)), pathOf(toStorableText(key)))
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const found = await read(params)
  return { title: found !== null && 'name' in found ? `${found.name} · ${found.page.name}` : 'Not found', robots: { index: false } }
}

/** Something found that is not in the catalogue: `/catalogue/looker/dashboards/12`. */
export default async function Page({ params }: PageProps) {
  const found = await read(params)
  if (found === null) notFound()
  if (!('name' in found)) redirect(assetPath(found.assetKey))
  return <FoundThingScreen found={found} />
}
