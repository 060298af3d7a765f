/** Every refusal of attack A15, each beside what goes through. @spec FAPI 2.0 attacker model; RFC 8725; RFC 9700 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attempts, controls } from '../../../tests/attacks/a15.ts'
import { type AppWorld, openApps } from '../../../tests/attacks/a15-tools.ts'
import { openServed, type Served } from '../../../tests/harness/served.ts'

let served: Served
let world: AppWorld
beforeAll(async () => {
  served = await openServed({ demo: false })
  world = await openApps(served)
})
afterAll(() => served?.close())

describe('goes through', () => {
  test.each(controls.map((c) => [c.name, c] as const))('%s', async (_name, { gained }) => {
    expect(await gained(world)).toBe(true)
  })
})
describe('is refused', () => {
  test.each(attempts.map((a) => [a.name, a] as const))('%s', async (_name, { gained }) => {
    expect(await gained(world)).toBe(false)
  })
})
