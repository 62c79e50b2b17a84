import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { getAssetPage } from '#lib/queries/asset-page.ts'
import { AssetScreen } from '../../_components/asset-screen.tsx'
import { assetKeyOf } from '../../_lib/paths.ts'
import { redirectRenamed } from '../../_lib/redirect-renamed.ts'
import { requestContext } from '../../_lib/request-context.ts'
import { statusWord } from '../../_lib/status-look.ts'

interface PageProps {
  params: Promise<{ asset: string[] }>
}

export const dynamic = 'force-dynamic'

const readKey = cache((key: string) => getAssetPage(requestContext(), key))

async function read(params: PageProps['params']) {
  const key = assetKeyOf((await params).asset)
  return key === null ? null : readKey(key)
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const found = await read(params)
  return { title: found ? `${found.asset.name}: ${statusWord(found.asset.status)} · ${found.page.name}` : 'Not found' }
}

export default async function Page({ params }: PageProps) {
  const found = await read(params)
  if (found === null) {
    await redirectRenamed('asset', assetKeyOf((await params).asset))
    notFound()
  }
  return <AssetScreen found={found} />
}
