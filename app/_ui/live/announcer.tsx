'use client'

import { useEffect, useState } from 'react'
import type { TurnedFeed } from '#app/_ui/live/event-source.ts'
import { feedPath } from '#app/_ui/paths.ts'
import { newsInWords, type Turned } from '#lib/domain/wording/news-words.ts'

/** What comes within so long is said at once. */
const BUNDLED_MS = 2000

let turned: Turned[] = []
let hasNews = (): void => {}

/** A feed has turned: it is said by the name that it has on screen, if it is there. */
export function noteTurned({ key, to }: TurnedFeed): void {
  const name = document.querySelector(`main a[href="${CSS.escape(feedPath(key))}"]`)?.textContent
  if (name === undefined) return
  turned.push({ key, name, to })
  hasNews()
}

/** Says to screen readers what has changed on the open page since it came, politely and once: what turned, and what its title says now. */
export function Announcer() {
  const [words, setWords] = useState('')
  useEffect(() => followTitle(setWords), [])
  return (
    <p aria-live="polite" aria-atomic="true" className="sr-only">
      {words}
    </p>
  )
}

function followTitle(say: (words: string) => void): () => void {
  let said = document.title
  let timer: ReturnType<typeof setTimeout> | undefined
  const tell = () => {
    timer = undefined
    const words = newsInWords(turned, document.title === said ? null : withoutPage(document.title))
    turned = []
    said = document.title
    if (words !== '') say(words)
  }
  hasNews = () => {
    timer ??= setTimeout(tell, BUNDLED_MS)
  }
  const observer = new MutationObserver(() => document.title !== said && hasNews())
  observer.observe(document.head, { childList: true, subtree: true, characterData: true })
  return () => {
    observer.disconnect()
    clearTimeout(timer)
    hasNews = () => {}
  }
}

/** `Terms: Late · Campus data` without the name of the page, which stays. */
function withoutPage(title: string): string {
  const end = title.lastIndexOf(' · ')
  return end === -1 ? title : title.slice(0, end)
}
