'use client'

import { useEffect, useState } from 'react'

/** Copies a text, which is a token, a link or code for another page; there only where a script can. */
export function CopyButton({ text, of }: { text: string; of: 'token' | 'link' | 'code' }) {
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
      <button type="button" className={of === 'code' ? 'button' : 'button primary'} onClick={copy}>
        {state === 'copied' ? 'Copied' : 'Copy'}
      </button>
      <output className="sr-only">
        {state === 'copied' ? `The ${of} is copied.` : state === 'failed' ? 'It could not be copied; select it.' : ''}
      </output>
    </>
  )
}
