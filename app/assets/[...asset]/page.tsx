import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { statusIcon } from '#app/_embed/status-icon.ts'
import { redirectRenamed } from '#app/_lib/redirect-renamed.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { assetKeyOf } from '#app/_ui/paths.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import { getAssetPage } from '#lib/queries/pages/asset-page.ts'
import { AssetScreen } from './asset-screen.tsx'

interface PageProps {
  params: Promise<{ asset: string[] }>
}

export const dynamic = 'force-dynamic'

const readKey = cache(async (key: string) => getAssetPage(await requestContext(), key))

async function read(params: PageProps['params']) {
  const key = assetKeyOf((await params).asset)
  return key === null ? null : readKey(key)
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const found = await read(params)
  if (found === null) return { title: 'Not found' }
  const { asset, page } = found
  return { title: `${asset.name}: ${statusInWords(asset.status)} · ${page.name}`, ...statusIcon(asset.status) }
}

export default async function Page({ params }: PageProps) {
  const found = await read(params)
  if (found === null) {
    await redirectRenamed('asset', assetKeyOf((await params).asset))
    notFound()
  }
  return <AssetScreen found={found} by={(await requestContext()).actor.kind} />
}
