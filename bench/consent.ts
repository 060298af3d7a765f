/** What consent and the log of who looked cost: a decision, the predicate in a query, an entry that is provable, and the scope of a breach. */
import { sayMachine } from './measure.ts'
import { appendRole, auditAppend } from './consent/audit-append.ts'
import { decision } from './consent/decision.ts'
import { optionsOf } from './consent/options.ts'
import { overhead } from './consent/overhead.ts'
import { breachScope } from './consent/scope.ts'

export const roles = { append: appendRole }

export async function bench({ args }: { args: readonly string[] }): Promise<void> {
  const options = optionsOf(args)
  const wanted = (name: string) => options.only.length === 0 || options.only.includes(name)
  sayMachine()
  if (wanted('decision')) await decision(options.decision)
  if (wanted('query-overhead')) await overhead(options.overhead)
  if (wanted('audit-append')) await auditAppend(options.append)
  if (wanted('breach-scope')) await breachScope(options.scope)
}
