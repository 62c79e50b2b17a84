'use client'

import { useEffect, useRef, useState } from 'react'
import { maintenancePath, previewMaintenancePath } from '#app/_ui/paths.ts'

const TYPED_MS = 250

/** What the form means, in words: under the fields as they change, or without JavaScript on a page of its own. */
export function MaintenancePreview() {
  const place = useRef<HTMLOutputElement>(null)
  const [words, setWords] = useState<string | null>(null)
  const [isLive, setLive] = useState(false)
  useEffect(() => {
    const form = place.current?.form
    if (form === undefined || form === null) return
    setLive(true)
    let timer: ReturnType<typeof setTimeout> | undefined
    let asked = new AbortController()
    const ask = async () => {
      asked.abort()
      asked = new AbortController()
      setWords(await previewInWords(new FormData(form), asked.signal))
    }
    const later = () => {
      clearTimeout(timer)
      timer = setTimeout(ask, TYPED_MS)
    }
    form.addEventListener('input', later)
    return () => {
      form.removeEventListener('input', later)
      clearTimeout(timer)
      asked.abort()
    }
  }, [])
  return (
    <>
      <output ref={place} className="preview">
        {words}
      </output>
      {!isLive && (
        <button type="submit" className="button" formMethod="get" formAction={maintenancePath} formNoValidate>
          What it means
        </button>
      )}
    </>
  )
}

/** Null: nobody can say right now. */
async function previewInWords(fields: FormData, signal: AbortSignal): Promise<string | null> {
  try {
    const question = new URLSearchParams([...fields].map(([name, value]): [string, string] => [name, String(value)]))
    const answer: unknown = await (await fetch(`${previewMaintenancePath}?${question}`, { signal })).json()
    if (typeof answer !== 'object' || answer === null) return null
    if ('words' in answer && typeof answer.words === 'string') return answer.words
    return 'problems' in answer && Array.isArray(answer.problems) ? answer.problems.join(' ') : null
  } catch {
    return null
  }
}
