'use client'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { checkConnectionPath } from '#app/_ui/paths.ts'

const LOOK_EVERY_MS = 1000
/** By then a running worker would have begun. */
const PATIENCE_LOOKS = 15

interface CheckActionProps {
  connection: string
  checkedAt: number | null
  isChecking: boolean
  /** How the last check ended; null while one is under way. */
  isGood: boolean | null
}

/** The button that has a connection checked, and what came of it as soon as the worker has said so. */
export function CheckAction({ connection, checkedAt, isChecking, isGood }: CheckActionProps) {
  const router = useRouter()
  const [asked, setAsked] = useState<{ after: number | null } | null>(null)
  const [looks, setLooks] = useState(0)
  const isWaiting = asked !== null && (isChecking || checkedAt === asked.after)
  useEffect(() => {
    if (!isWaiting) return
    const timer = setInterval(() => {
      setLooks((count) => count + 1)
      router.refresh()
    }, LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [isWaiting, router])
  const begin = () => {
    setLooks(0)
    setAsked({ after: checkedAt })
  }
  return (
    <>
      <ActionForm action={checkConnectionPath(connection)} onDone={begin}>
        Test<span className="sr-only"> {connection}</span>
      </ActionForm>
      <output className="small">
        {asked === null ? null : isWaiting ? waiting(looks, isChecking) : isGood ? 'It lets us in.' : 'It fails: see above.'}
      </output>
    </>
  )
}

function waiting(looks: number, isChecking: boolean): string {
  return looks < PATIENCE_LOOKS || isChecking ? 'Being checked…' : 'No worker has taken it yet. Is one running?'
}
