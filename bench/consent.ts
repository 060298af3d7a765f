/** What consent and the log of who looked cost: a decision, the predicate in a query, an entry that is provable, and the scope of a breach. */
import { sayMachine } from './measure.ts'
import { appendRole, auditAppend } from './consent/audit-append.ts'
import { optionsOf } from './consent/options.ts'

export const roles = { append: appendRole }

export async function bench({ args }: { args: readonly string[] }): Promise<void> {
  const options = optionsOf(args)
  const wanted = (name: string) => options.only.length === 0 || options.only.includes(name)
  sayMachine()
  if (wanted('audit-append')) await auditAppend(options.append)
}
