/** Shared devices on the pages of who keeps a facility. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { A, B, type Operator, openOperator } from './operator.fixture.ts'

let operator: Operator
beforeAll(async () => {
  operator = await openOperator()
})
afterAll(() => operator?.close())

const href = (number: string) => `/operator/facilities/${number}/desks`
type Desk = { id: string; label: string; madeByName: string }
const listed = async (who: string, number: string) => (await operator.get(who, href(number))).body.desks as Desk[]

/** A member of staff marks the device they sit at. @returns the cookie by which it is known */
async function marked(who: string, label: string): Promise<string> {
  const headers = { cookie: await operator.cookie(who), accept: 'application/json', 'content-type': 'application/json' }
  const answer = await operator.app.inject({ method: 'POST', url: '/clinic/account/desk', headers, payload: JSON.stringify({ label }) })
  return String(answer.headers['set-cookie']).split(';')[0]!
}

describe('the administrator of a facility', () => {
  test('sees its shared devices, names one, and ends it at once', async () => {
    const device = await marked('doctor-a', '1番診察室')
    const [desk] = await listed('keeper-a', A)
    expect(desk).toMatchObject({ label: '1番診察室', madeByName: '職員 doctor-a' })
    expect(device, 'the cookie cannot be had from the list').not.toContain(desk!.id)
    expect((await operator.post('keeper-a', href(A), { desk: desk!.id, do: 'name', label: '  2番\n診察室 ' })).status).toBe(200)
    expect((await listed('keeper-a', A))[0]!.label).toBe('2番 診察室')
    expect((await operator.page('keeper-a', href(A))).text).toContain('2番 診察室')
    expect((await operator.post('keeper-a', href(A), { desk: desk!.id, do: 'end' })).status).toBe(200)
    expect(await listed('keeper-a', A)).toEqual([])
  })

  test('neither sees nor ends the devices of another facility', async () => {
    await marked('doctor-b', '受付')
    const [desk] = await listed('keeper-b', B)
    expect((await operator.get('keeper-a', href(B))).status).toBe(404)
    expect((await operator.post('keeper-a', href(B), { desk: desk!.id, do: 'end' })).status).toBe(404)
    expect((await operator.post('keeper-a', href(A), { desk: desk!.id, do: 'end' })).status, 'under the own number').toBe(404)
    expect((await listed('operator', B)).length, 'the control').toBe(1)
    expect((await operator.post('operator', href(B), { desk: desk!.id, do: 'end' })).status).toBe(200)
  })

  test('nobody else may look', async () => {
    expect((await operator.get('nobody', href(A))).status).toBe(403)
  })
})
