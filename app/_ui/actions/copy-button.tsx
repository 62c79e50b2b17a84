'use client'

import { useEffect, useState } from 'react'

/** Copies a text, which is a token or a link; there only where a script can. */
export function CopyButton({ text, of }: { text: string; of: 'token' | 'link' }) {
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
        {state === 'copied' ? `The ${of} is copied.` : state === 'failed' ? 'It could not be copied; select it.' : ''}
      </output>
    </>
  )
}
