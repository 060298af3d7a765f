import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { simulate } from './sim/history.ts'
import { plantedBugs } from './sim/region.ts'

/**
 * F14: the kernel's own serve, audit batch, gathering, idempotency and leadership on a simulated clock, database and network:
 * one seed, one history. The control plants one mistake after another and must find each.
 */
export async function f14(run: FaultRun): Promise<FaultResult> {
  const seeds = run.quick ? 300 : 10_000
  const wrong: string[] = []
  const sum = { requests: 0, crashes: 0, breaks: 0, epochs: 0 }
  for (let n = 0; n < seeds; n++) {
    run.stopping.throwIfAborted()
    const history = await simulate(`${run.seed}-${n}`)
    sum.requests += history.requests
    sum.crashes += history.crashes
    sum.epochs += history.epochs
    if (history.breaks.length > 0) {
      sum.breaks++
      if (wrong.length < 10) wrong.push(`seed ${run.seed}-${n}: ${history.breaks.slice(0, 3).join('; ')}`)
    }
    if ((n + 1) % 1_000 === 0) run.tell(`${n + 1} of ${seeds} seeds, ${sum.breaks} with breaks`)
  }
  let found = 0
  for (const planted of plantedBugs) {
    const at = await firstBreak(run, planted)
    if (at === null) wrong.push(`the planted bug ${planted} was not found`)
    else found++
    run.tell(at === null ? `planted ${planted}: not found` : `planted ${planted}: found by seed ${at.n} (${at.what})`)
  }
  return {
    line: lineOf('F14', { seeds, requests: sum.requests, crashes: sum.crashes, leaders: sum.epochs, breaks: sum.breaks }),
    control: lineOf('F14 control', { breaks: found, planted: plantedBugs.length }),
    passed: sum.breaks === 0 && found === plantedBugs.length && wrong.length === 0,
    wrong,
  }
}

const MOST = 500

async function firstBreak(run: FaultRun, planted: (typeof plantedBugs)[number]): Promise<{ n: number; what: string } | null> {
  for (let n = 0; n < MOST; n++) {
    const { breaks } = await simulate(`${run.seed}-planted-${n}`, planted)
    if (breaks[0] !== undefined) return { n, what: breaks[0] }
  }
  return null
}
