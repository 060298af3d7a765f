import { afterAll, beforeAll, expect, test } from 'vitest'
import { cover, type Desk, openDesk } from './desk.fixture.ts'
import { plain, readerSays, readerWords } from './reader-words.ts'

let desk: Desk
let cookie = ''
beforeAll(async () => {
  desk = await openDesk()
  cookie = await desk.clerkCookie()
  await desk.enter(
    { birthDate: '1980-05-05', coverages: [cover], shownAs: { nameOfOther: '山田 まこと', nameOfOtherKana: 'ヤマダ マコト', sex2: '3' } },
    null,
  )
})
afterAll(() => desk?.close())

const post = (fields: Record<string, string>, accept = 'text/html') =>
  desk.app.inject({
    method: 'POST',
    url: '/desk/eligibility',
    payload: new URLSearchParams(fields).toString(),
    headers: { cookie, accept, 'content-type': 'application/x-www-form-urlencoded' },
  })
const get = (url: string, headers: Record<string, string> = { cookie, accept: 'text/html' }) =>
  desk.app.inject({ method: 'GET', url, headers })
const typed = { insurerNumber: ' 1130012', symbol: '２１７００００１', number: '123', branch: '', birthDate: '1980-05-05' }

test('the desk sees cover, share and the name the person wishes to be called by', async () => {
  const page = await post(typed)
  expect(page.statusCode).toBe(200)
  for (const text of ['有効', '縁協会（01130012）', '3割（30%）', '山田 まこと', '本人の同意がないため']) expect(page.body).toContain(text)
  expect(page.body).not.toContain('山田 花子')
})

test('the same answer as JSON by Accept', async () => {
  expect((await post(typed, 'application/json')).json()).toMatchObject({ eligibility: { validity: '1' } })
})

test('nothing found is a next step, not an error', async () => {
  const page = await post({ ...typed, number: '999' })
  expect([page.statusCode, page.body.includes('該当資格なし'), page.body.includes('保険者に問い合わせるか')]).toEqual([200, true, true])
})

test('a slip keeps what was typed and says what to do', async () => {
  const page = await post({ ...typed, birthDate: '' })
  expect(page.statusCode).toBe(400)
  for (const text of ['value=" 1130012"', 'value="２１７００００１"', '生年月日を選んでください。']) expect(page.body).toContain(text)
})

test.each(['/reader', '/desk/eligibility'])('%s opens for staff, in both languages, and sends others to sign in', async (url) => {
  expect((await get(url)).body).toContain('lang="ja"')
  expect((await get(`${url}?lang=en`)).body).toContain('lang="en"')
  expect((await get(url, { accept: 'text/html' })).headers.location).toBe(`/sign-in?next=${encodeURIComponent(url)}`)
})

test('the reader asks one question at a time, offers somebody to ask on each screen, and says what the doctor gains', async () => {
  const page = await get('/reader')
  expect(page.body).not.toContain('checked')
  for (const text of ['同じ検査のくり返しが減ります。', 'data-reader-act="none"', 'data-reader-act="call"'])
    expect(page.body).toContain(text)
  expect(page.body.match(/data-reader-panel="[^"]+"(?! hidden)/g)).toEqual(['data-reader-panel="card"'])
})

test('each word of the reader stands in both languages, and Japanese says how its characters are read', () => {
  for (const [name, word] of Object.entries({ ...readerWords, ...readerSays })) {
    expect(word.en, name).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/)
    expect(plain(word.ja), name).not.toMatch(/\||\{[^a-z]/)
  }
  expect(plain('{暗証番号|あんしょうばんごう}を')).toBe('暗証番号を')
})
