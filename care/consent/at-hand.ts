/** Facts that this process has at hand: of people whose records were searched a moment ago, as they stood under a version. */
import { type Context, institutionOf } from '#kernel/context'
import { inTransaction } from '#kernel/database'
import { areTold, asksFacts, type KnownFacts } from './rules.ts'
import { factsUnder, versionStands } from './store/fact-version.ts'

/** People at a time, and how long. The version decides whether facts hold; the minute bounds what a hand in the database may have passed by. */
const MOST = 4_000
const FOR_MS = 60_000

/** `asked`: somebody asked once, and may never again; `reading`: asked again; `none`: nothing was ever allowed here, or no rule asks. */
type Held = { at: number; facts: KnownFacts | 'asked' | 'reading' | 'none' }

export function factsAtHand({ most = MOST, forMs = FOR_MS, clock = () => performance.now() } = {}) {
  const held = new Map<string, Held>()

  function hold(id: string, facts: Held['facts']): void {
    held.delete(id)
    held.set(id, { at: clock(), facts })
    if (held.size > most) held.delete(held.keys().next().value!)
  }

  /** Beside the query that asks for all of it, which nobody keeps waiting. Where it fails, it is as if nobody had asked. */
  function read(ctx: Context, id: string, about: { key: string; institutionNumber: string }): void {
    hold(id, 'reading')
    factsUnder(ctx.db, { ...about, purpose: ctx.purpose, now: ctx.now }).then(
      (facts) => void hold(id, facts ?? 'none'),
      () => void held.delete(id),
    )
  }

  const idOf = (ctx: Context, key: string): string => `${key} ${institutionOf(ctx.actor)} ${ctx.purpose}`

  return {
    /**
     * What is known of the one person whose rows a query reads; null where the query has to ask: of several keys, the first times, where no rule
     * asks for such facts, where nothing is allowed, and where the person closed something to who asks.
     */
    of(ctx: Context, keys: readonly string[] | null): KnownFacts | null {
      const [key, institutionNumber] = [keys?.[0], institutionOf(ctx.actor)]
      if (key === undefined || keys!.length > 1 || institutionNumber === null) return null
      const id = idOf(ctx, key)
      const found = held.get(id)
      if (found === undefined || clock() - found.at > forMs) {
        hold(id, asksFacts(ctx, key) ? 'asked' : 'none')
        return null
      }
      const { facts } = found
      // A transaction may end before the answer comes.
      if (facts === 'asked' && !inTransaction(ctx.db)) read(ctx, id, { key, institutionNumber })
      return typeof facts === 'object' && areTold(ctx, facts) ? facts : null
    },

    /** Whether facts hold still: asked where a query under them showed nothing. A version never comes again, so it held for that query too. */
    async hold(ctx: Context, facts: KnownFacts): Promise<boolean> {
      const stands = await versionStands(ctx.db, facts)
      if (!stands) held.delete(idOf(ctx, facts.key))
      return stands
    },
  }
}
