/** @spec SMART App Launch 2.2, scope launch/patient of an app that staff start on their own; one app, two places of work */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertFacilities } from '#care/person'
import { HOSPITAL, openServed, type Served } from '../../../tests/harness/served.ts'
import { aDoctor, type AppSide, anApp, appSide, type Browser, register, type Started, someone, start, tokensFor } from './launch.fixture.ts'

let served: Served
let side: AppSide
const scope = 'openid fhirUser launch/patient patient/*.rs'
const OTHER = '1310000027'

beforeAll(async () => {
  served = await openServed()
  await register(
    served,
    anApp('round', { forCitizens: false, forStaff: true, name: '回診アプリ', scopes: [...scope.split(' '), 'offline_access'] }),
  )
  side = await appSide(served, 'round')
  await insertFacilities(served.db, [{ institutionNumber: OTHER, name: '乙診療所', nameEn: 'Otsu', kind: 'clinic', prefecture: '13' }])
}, 60_000)
afterAll(() => served?.close())

const relate = (key: string, institution = HOSPITAL) =>
  sql`insert into consent.relation (key, institution_number, since) values (${key}, ${institution}, now()) on conflict do nothing`.execute(
    served.db,
  )

/** The page where a patient is chosen, as the doctor's browser shows it. */
async function toPicker(doctor: { browser: Browser }) {
  const started = await start(served, side, { scope })
  const page = await doctor.browser.open(started.url.href)
  return { started, at: page.at, html: await page.answer.text(), status: page.answer.status }
}
const pickAt = (doctor: { browser: Browser }, at: string, patient: string) =>
  doctor.browser.send('POST', `${at.split('?')[0]}/patient`, { patient })

/** Lets the app see everything it asks of the patient who was chosen, and hands it its tokens. */
async function letInFor(
  doctor: { browser: Browser },
  patient: { key: string },
  { started, chosen }: { started: Started; chosen: Response },
) {
  const consent = await doctor.browser.open(new URL(chosen.headers.get('location')!, served.origin).href)
  const asked = await consent.answer.text()
  expect(asked).toContain('山川 花子')
  const picked = /name="picked" value="([^"]+)"/.exec(asked)![1]!
  const part = [...asked.matchAll(/value="([^"]+)"[^>]*name="part"|name="part"[^>]*value="([^"]+)"/g)].map((m) => (m[1] ?? m[2])!)
  const form = { decision: 'allow', part, for: patient.key, picked }
  const answer = await doctor.browser.send('POST', consent.at.split('?')[0]!, form)
  const back = await doctor.browser.open(new URL(answer.headers.get('location')!, served.origin).href)
  return tokensFor(side, { ...started, back: new URL(back.at) })
}

describe('an app that staff start on their own', () => {
  test('asks for which patient, then what it may see; its tokens are for that one', async () => {
    const [doctor, patient] = [await aDoctor(served), await someone(served)]
    await relate(patient.key)
    const { started, at, html } = await toPicker(doctor)
    expect(html).toContain('「回診アプリ」で、どの患者を見ますか')
    expect(html, 'who came lately').toContain(patient.key)
    const chosen = await pickAt(doctor, at, patient.key)
    const tokens = await letInFor(doctor, patient, { started, chosen })
    expect(tokens).toMatchObject({ patient: patient.key, need_patient_banner: true })
    const { rows } = await sql<{
      n: number
    }>`select count(*)::int as n from kernel.audit where action = 'app.pick-patient' and key = ${patient.key}`.execute(served.db)
    expect(rows[0]?.n, 'it stands in the patient’s log').toBe(1)
  })

  test('finds this institution’s own patients by name, and nobody else’s', async () => {
    const doctor = await aDoctor(served)
    const [own, strange] = [await served.enter('回診 一子'), await served.enter('回診 二子')]
    await relate(own)
    await relate(strange, OTHER)
    const { at } = await toPicker(doctor)
    const found = await (await doctor.browser.send('GET', `${at}?q=${encodeURIComponent('回診')}`)).text()
    expect([found.includes(own), found.includes(strange)]).toEqual([true, false])
    const refused = await pickAt(doctor, at, strange)
    expect(refused.status, 'nor by its key').toBe(403)
    expect(await (await doctor.browser.send('GET', `${at}?q=${encodeURIComponent('居ない人')}`)).text()).toContain('見つかりません')
  })

  test('a choice is that doctor’s, for that app, for some minutes; without one the page comes again', async () => {
    const [doctor, colleague, patient] = [await aDoctor(served), await aDoctor(served), await someone(served)]
    await relate(patient.key)
    const mine = await toPicker(doctor)
    const picked = new URL((await pickAt(doctor, mine.at, patient.key)).headers.get('location')!, served.origin).searchParams.get('picked')
    const theirs = await toPicker(colleague)
    const tried = await (await colleague.browser.send('GET', `${theirs.at}?picked=${picked}`)).text()
    expect(tried, 'a colleague’s choice is none').toContain('どの患者を見ますか')
    await sql`update sign_in.launch set until = now() - interval '1 second'`.execute(served.db)
    expect(await (await doctor.browser.send('GET', `${mine.at}?picked=${picked}`)).text(), 'too late').toContain('どの患者を見ますか')
    const forced = await doctor.browser.send('POST', mine.at, { decision: 'allow', part: ['x'], for: patient.key, picked: picked! })
    expect(await forced.text()).toContain('どの患者を見ますか')
  })

  test('whoever chooses nobody sends the app back with a no', async () => {
    const doctor = await aDoctor(served)
    const { at } = await toPicker(doctor)
    const answer = await doctor.browser.send('POST', at, { decision: 'deny' })
    const back = await doctor.browser.open(new URL(answer.headers.get('location')!, served.origin).href)
    expect(new URL(back.at).searchParams.get('error')).toBe('access_denied')
  })

  test('a clerk chooses nobody', async () => {
    const [clerk, patient] = [await aDoctor(served), await someone(served)]
    await relate(patient.key)
    await sql`update person.assignment set role = 'clerk' where staff_id = ${clerk.id}`.execute(served.db)
    const { status, at, html } = await toPicker(clerk)
    expect([status, html.includes(patient.key)]).toEqual([403, false])
    expect((await pickAt(clerk, at, patient.key)).status).toBe(403)
  })
})

test('an app that was let in at one place of work acts there, and nowhere once that place ended', async () => {
  const [doctor, patient] = [await aDoctor(served), await someone(served)]
  await relate(patient.key, OTHER)
  await sql`insert into person.assignment (id, staff_id, institution_number, role, department, valid_from)
    values (${`also-${doctor.id}`}, ${doctor.id}, ${OTHER}, 'physician', '', '1900-01-01')`.execute(served.db)
  await doctor.browser.send('POST', `${served.origin}/sign-in/workplace`, { workplace: `also-${doctor.id}` })
  const { started, at } = await toPicker(doctor)
  const chosen = await pickAt(doctor, at, patient.key)
  const tokens = await letInFor(doctor, patient, { started, chosen })
  await doctor.browser.send('POST', `${served.origin}/sign-in/workplace`, { workplace: doctor.id })
  const read = () =>
    import('openid-client').then((oidc) =>
      oidc
        .fetchProtectedResource(side.config, tokens.access_token, new URL(`${served.base}/Observation?_count=1`), 'GET', null, undefined, {
          DPoP: side.DPoP,
        })
        .then((got) => got.status)
        .catch(
          (error: { status?: number; response?: Response; cause?: { status?: number } }) =>
            error.status ?? error.response?.status ?? error.cause?.status,
        ),
    )
  expect(await read()).toBe(200)
  const { rows } = await sql<{ at: string }>`select institution_number as at from kernel.audit
    where actor_id = ${doctor.id} and resource like 'Observation%' order by id desc limit 1`.execute(served.db)
  expect(rows).toEqual([{ at: OTHER }])
  await sql`update person.assignment set ended_at = now() where id = ${`also-${doctor.id}`}`.execute(served.db)
  expect(await read(), 'not as a doctor of the other place').toBe(401)
})
