'use client'

import { useEffect, useState } from 'react'

/** Copies a text; there only where a script can. */
export function CopyButton({ text }: { text: string }) {
  const [state, setState] = useState<'absent' | 'ready' | 'copied' | 'failed'>('absent')
  useEffect(() => {
    if (navigator.clipboard !== undefined) setState('ready')
  }, [])
  if (state === 'absent') return null
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setState('copied'),
      () => setState('failed'),
    )
  return (
    <>
      <button type="button" className="button primary" onClick={copy}>
        {state === 'copied' ? 'Copied' : 'Copy'}
      </button>
      <output className="sr-only">
        {state === 'copied' ? 'The token is copied.' : state === 'failed' ? 'It could not be copied; select it.' : ''}
      </output>
    </>
  )
}
