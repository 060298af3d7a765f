import type { Method } from '../harness/caller.ts'
import { leaked } from './a1.ts'
import type { Tried } from './result.ts'
import type { Attacker } from './world.ts'

/** A request and what comes with it. */
export type Sent = { method: Method; url: string; payload?: object | string; headers?: Record<string, string> }

/** Sends each request as each attacker; a canary that they may not see, or a fault, is a leak. `most`: leaks after which no more is asked. */
export async function sweep(attackers: readonly Attacker[], sent: readonly Sent[], result: Tried, most = Infinity): Promise<void> {
  for (const attacker of attackers) {
    for (const { method, url, payload, headers } of sent) {
      if (result.leaks.length > most) return
      const heard = await attacker.caller.send(method, url, payload, headers)
      result.tried++
      const found = leaked(attacker, heard)
      if (found.length > 0) result.leaks.push(`${attacker.name}: ${method} ${url} → ${heard.status} shows ${found.join(', ')}`)
      if (heard.status >= 500) result.leaks.push(`${attacker.name}: ${method} ${url} → ${heard.status} ${heard.text.slice(0, 200)}`)
    }
  }
}

/** Enough of a control: it has shown that it leaks. */
export const SHOWN = 50
