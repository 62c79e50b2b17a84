import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { statusIcon } from '#app/_embed/status-icon.ts'
import { redirectRenamed } from '#app/_lib/redirect-renamed.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { assetKeyOf } from '#app/_ui/paths.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import { getAskedAsset } from '#lib/queries/catalogue/asked-asset.ts'
import { AssetScreen } from './asset-screen.tsx'

interface PageProps {
  params: Promise<{ asset: string[] }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export const dynamic = 'force-dynamic'

const readKey = cache(async (key: string, field: string | null) => getAskedAsset(await requestContext(), key, field))

/** One look for title and page: `?field=` asks who would be hurt if that went. */
async function read({ params, searchParams }: PageProps) {
  const [key, { field }] = [assetKeyOf((await params).asset), await searchParams]
  return key === null ? null : readKey(key, typeof field === 'string' ? field : null)
}

export async function generateMetadata(props: PageProps): Promise<Metadata> {
  const found = await read(props)
  if (found === null) return { title: 'Not found' }
  const { asset, page } = found
  return { title: `${asset.name}, ${asset.kind}: ${statusInWords(asset.status)} · ${page.name}`, ...statusIcon(asset.status) }
}

export default async function Page(props: PageProps) {
  const found = await read(props)
  if (found === null) {
    await redirectRenamed('asset', assetKeyOf((await props.params).asset))
    notFound()
  }
  return <AssetScreen found={found} by={(await requestContext()).actor.kind} />
}
