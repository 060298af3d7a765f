import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import type { Context } from '#kernel/context'
import { personService } from '#care/person'
import { FORM, openPortal, type Portal } from './portal.fixture.ts'

const service = personService({ totpOnce: false })
const CHILD = '06990001:12:3456:02'
let portal: Portal
let mother: { key: string; personId: string; cookie: string }
let child: { key: string; personId: string; cookie: string }

const operator = (): Context => ({
  actor: { kind: 'staff', id: 'op', role: 'operator', institutionNumber: '1310000001', institutionName: '運用', name: '運用 一郎' },
  purpose: 'HOPERAT',
  now: portal.clock.at,
  lang: 'ja',
  db: portal.db,
  requestId: 'test',
  sessionId: null,
  audit: () => undefined,
  tell: () => undefined,
})
const enter = (representedId: string, more: object = {}) =>
  service.proxies.enter(operator(), {
    ...{ representedId, proxyId: mother.personId, basis: 'parent', evidence: '戸籍', validFrom: '2020-01-01', until: null },
    ...more,
  })
const get = (url: string, cookie: string, accept = 'text/html') => portal.app.inject({ url, headers: { cookie, accept } })
const json = async (url: string, cookie: string) => JSON.parse((await get(url, cookie, 'application/json')).body) as Record<string, unknown>
const post = (url: string, cookie: string, form: Record<string, string> = {}) =>
  portal.app.inject({ method: 'POST', url, headers: { cookie, 'content-type': FORM }, payload: new URLSearchParams(form).toString() })

beforeAll(async () => {
  portal = await openPortal()
  mother = await portal.citizen('山川 母', '06990001:12:3456:01')
  child = await portal.citizen('山川 子', CHILD)
  // Born on 12 April 2009: 18 on 12 April 2027.
  await sql`update person.person set birth_date = '2009-04-12' where id = ${child.personId}`.execute(portal.db)
  await enter(child.personId)
})
afterAll(() => portal?.close())

describe('a mother and her child', () => {
  test('she sees the child’s record after choosing it, under a banner, and the child’s log says so', async () => {
    expect((await get('/me/family', mother.cookie)).body).toContain('山川 子')
    const chosen = await post('/me/family/act', mother.cookie, { person: child.personId })
    expect([chosen.statusCode, chosen.headers.location]).toEqual([303, '/me'])
    const page = await get('/me', mother.cookie)
    expect(page.body).toContain('山川 子さんの代わりに見ています')
    expect((await get('/me/profile', mother.cookie)).body).toContain('山川 子')
    const log = await get('/me/access-log', child.cookie)
    expect(log.body).toContain('親権者の山川 母さん')
    const { entries } = (await json('/me/access-log', child.cookie)) as { entries: { actorRole: string; rule: string }[] }
    expect(entries.some((e) => e.actorRole === 'parent' && e.rule === 'proxy')).toBe(true)
    await post('/me/family/self', mother.cookie)
    expect((await get('/me', mother.cookie)).body).not.toContain('代わりに見ています')
  })

  test('she is not told of looks at what she does not see, on any page; the child is, and nothing else is missing', async () => {
    await post('/me/family/act', mother.cookie, { person: child.personId })
    await portal.look(child.key, { rules: ['own-institution', 'break-glass'], kinds: ['diagnosis', 'infection'] })
    portal.minutesLater(1)
    await portal.look(child.key, { rules: ['break-glass'], kinds: ['infection'] })
    type Act = { requestId: string; action: string; kinds: string[]; count: number }
    const looks = async (cookie: string, query = '') =>
      ((await json(`/me/access-log${query}`, cookie)) as { entries: Act[] }).entries.filter((act) => act.action === 'chart.open')
    const [all, told] = [await looks(child.cookie), await looks(mother.cookie)]
    expect(all.map(({ kinds, count }) => [kinds.join(' '), count])).toEqual([
      ['infection', 1],
      ['diagnosis infection', 2],
    ])
    expect(told.map(({ kinds, count }) => [kinds.join(' '), count])).toEqual([['diagnosis', 1]])
    expect(await looks(mother.cookie, '?kind=infection')).toEqual([])
    const [hidden] = all as [Act, Act]
    for (const url of ['/me/access-log', '/me/access-log/download', '/me'])
      expect((await get(url, mother.cookie)).body, url).not.toContain(hidden.requestId)
    for (const url of [`/me/access-log/acts/${hidden.requestId}`, `/me/access-log/receipts/${hidden.requestId}`])
      expect([(await get(url, mother.cookie)).statusCode, (await get(url, child.cookie)).statusCode], url).toEqual([404, 200])
    expect((await post('/me/questions', mother.cookie, { requestId: hidden.requestId, text: 'なぜ' })).statusCode).toBe(404)
    await post('/me/questions', child.cookie, { requestId: hidden.requestId, text: '私だけの質問' })
    expect((await get('/me/questions', mother.cookie)).body).not.toContain('私だけの質問')
    expect((await get('/me/questions', child.cookie)).body).toContain('/me/questions/')
    expect((await get('/me/access-log/proof/download', mother.cookie)).statusCode).toBe(403)
    expect((await get('/me/access-log/proof', mother.cookie)).body).toContain('証明を受け取れるのは、ご本人だけです')
    await post('/me/family/self', mother.cookie)
  })

  test('on the child’s 18th birthday the next request shows her own record alone', async () => {
    await post('/me/family/act', mother.cookie, { person: child.personId })
    const before = portal.clock.at
    portal.clock.at = new Date('2027-04-11T14:59:00Z')
    const cookie = await portal.cookieOf(mother.personId)
    await post('/me/family/act', cookie, { person: child.personId })
    expect((await get('/me', cookie)).body).toContain('山川 子さんの代わりに')
    portal.clock.at = new Date('2027-04-11T15:00:00Z')
    const page = (await get('/me', cookie)).body
    expect([page.includes('代わりに見ています'), page.includes('山川 母さん')]).toEqual([false, true])
    expect((await post('/me/family/act', cookie, { person: child.personId })).statusCode).toBe(403)
    portal.clock.at = before
  })

  test('nobody chooses a stranger', async () => {
    const stranger = await portal.citizen('他人 一郎', '06990001:99:1:01')
    expect((await post('/me/family/act', mother.cookie, { person: stranger.personId })).statusCode).toBe(403)
    expect((await post('/me/family/act', child.cookie, { person: mother.personId })).statusCode, 'nor the child the mother').toBe(403)
  })

  test('a protected child’s address is left out of what the mother sees', async () => {
    await post('/me/family/act', mother.cookie, { person: child.personId })
    expect((await get('/me/profile', mother.cookie)).body).toContain('縁市1')
    const set = {
      personId: child.personId,
      basis: 'municipality' as const,
      note: '',
      validFrom: '2026-01-01',
      until: null,
      blocksAll: false,
    }
    await service.marks.set(operator(), { ...set, blockedIds: [] })
    expect((await get('/me/profile', mother.cookie)).body).not.toContain('縁市1')
    expect((await get('/me/profile', child.cookie)).body, 'the child sees their own').toContain('縁市1')
    await post('/me/family/self', mother.cookie)
  })
})

describe('a relative', () => {
  test('is let in by the person’s own yes after a fresh proof, and put out by the person', async () => {
    const father = await portal.citizen('山川 父', '06990001:12:3456:09')
    await service.people.compareNew({ db: portal.db, now: portal.clock.at }, 1000)
    const told = await post('/me/family/propose', mother.cookie, { name: '山川父', birthDate: '1958-04-12', memberId: '12-3456' })
    expect(told.headers.location).toBe('/me/family?done=proposed')
    const { representedBy } = (await json('/me/family', father.cookie)) as { representedBy: { id: string }[] }
    const id = representedBy[0]!.id
    expect((await post(`/me/family/${id}/accept`, mother.cookie)).statusCode, 'not by herself').toBe(404)
    portal.minutesLater(16)
    expect((await get(`/me/family/${id}/accept`, father.cookie)).headers.location).toContain('/sign-in/again')
    const fresh = await portal.cookieOf(father.personId)
    const before = (await get(`/me/family/${id}/accept`, fresh)).body
    expect([before.includes('認める'), before.includes('決めるのは、これまでどおり、あなただけです')]).toEqual([true, true])
    expect((await post(`/me/family/${id}/accept`, fresh)).headers.location).toBe('/me/family?done=accepted')
    await post('/me/family/act', mother.cookie, { person: father.personId })
    expect((await get('/me', mother.cookie)).body).toContain('山川 父さんの代わりに')
    for (const url of ['/me/consents', '/me/consents/closing']) {
      const { body } = await get(url, mother.cookie)
      expect([body.includes('決めるのは、ご本人です'), /見せない…|続けて見せる相手を決める/.test(body)], url).toEqual([true, false])
      expect((await get(url, fresh)).body, `${url}, themselves`).not.toContain('決めるのは、ご本人です')
    }
    await post(`/me/family/${id}/end`, fresh)
    expect((await get('/me', mother.cookie)).body).not.toContain('代わりに')
  })
})
