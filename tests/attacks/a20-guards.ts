/** The guards of break-glass, each of which the control of A20 takes away by itself: what it kept out must then get in. */
import { refusingRules, secondRules } from '../../care/emergency/break-glass-rules.ts'
import type { World } from './world.ts'

/** @returns puts it back */
type Removal = (world: World) => () => void

type Named = { id: string }

/** Takes rules out of a table of the product, in place: whoever reads the table finds them gone. */
function without(table: readonly Named[], isOut: (id: string) => boolean): () => void {
  const rules = table as Named[]
  const all = [...rules]
  rules.splice(0, rules.length, ...all.filter((rule) => !isOut(rule.id)))
  return () => void rules.splice(0, rules.length, ...all)
}

const rule =
  (...ids: string[]): Removal =>
  () =>
    without(refusingRules, (id) => ids.includes(id))

/** Rows of emergencies let every role of staff in, and the table of rules no longer asks for one. */
const anyRole: Removal = (world) => {
  const rows = world.rows.filter((row) => row.why.includes('ETREAT'))
  const roles = rows.map((row) => row.roles)
  for (const row of rows) delete row.roles
  const back = rule('not-clinical')(world)
  return () => {
    back()
    for (const [n, row] of rows.entries()) if (roles[n]) row.roles = roles[n]
  }
}

const second: Removal = () => without(secondRules, () => true)

export const removals = { anyRole, ground: rule('no-ground'), ties: rule('self', 'family'), chained: rule('chained'), second } as const
