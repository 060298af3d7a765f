import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../../../tests/harness/platform.ts'
import { readRemembered, type Remembered } from './asked.ts'
import { soughtKeys, soughtPairs } from './names.ts'
import { fitOf, isCandidate, isLikely } from './scoring.ts'
import { indexSought, seek } from './service.ts'
import { seekSql } from './store.ts'
import { slips } from './typing.fixture.ts'

let platform: Platform
const everybody = sql<boolean>`true`
const families = ['ヤマカワ', 'サトウ', 'オオノ', 'ワタナベ', 'カワサキ', 'ナカジマ', 'モリ', 'イイジマ', 'コバヤシ', 'タカハシ']
const givens = ['ハナコ', 'タロウ', 'ユウコ', 'ケンジ', 'ショウコ', 'イチロウ', 'ミホ', 'アキラ', 'サチコ', 'ヒロシ']
type Someone = { id: string; nameKana: string; birthDate: string; sex: 'male' | 'female'; address: string; memberId: string }
const people: Someone[] = []

beforeAll(async () => {
  platform = await openPlatform()
  for (let n = 0; n < 300; n++) {
    const about = {
      nameKana: `${families[n % 10]} ${givens[(n * 7 + Math.floor(n / 10)) % 10]}`,
      birthDate: `${1930 + ((n * 13) % 80)}-${String(1 + ((n * 5) % 12)).padStart(2, '0')}-${String(1 + ((n * 11) % 28)).padStart(2, '0')}`,
      sex: n % 2 === 0 ? ('female' as const) : ('male' as const),
      address: `石川県${['輪島市', '珠洲市', '七尾市'][n % 3]}${['緑町', '港町', '本町'][n % 3]}${1 + (n % 9)}-${n}`,
      memberId: `0617${String(n % 4).padStart(4, '0')}:縁:${5000 + n}:01`,
    }
    const { personId } = await platform.services.person.enter(
      { db: platform.db, now: platform.clock.at },
      { ...about, name: '', postalCode: '', phone: '' },
    )
    people.push({ id: personId, ...about })
  }
  while ((await indexSought(platform.db, platform.clock.at)) > 0);
}, 60_000)
afterAll(() => platform?.close())

const nothing: Remembered = { name: '', birth: '', age: '', sex: '', address: '', insurance: '' }
const read = (more: Partial<Remembered>) => readRemembered({ ...nothing, ...more }, platform.clock.at)
const look = (more: Partial<Remembered>, visible = everybody) => seek({ db: platform.db }, read(more), visible)

const wishes = (): Partial<Remembered>[] =>
  people.slice(0, 40).flatMap((p, n) => [
    { name: slips(p.nameKana.replace(' ', ''), n % 4, n), birth: p.birthDate, sex: p.sex },
    { name: p.nameKana.split(' ')[0]!, age: String(2026 - Number(p.birthDate.slice(0, 4))), address: '輪島市' },
    { birth: p.birthDate, address: p.address.slice(3, 8) },
    { insurance: `縁-${5000 + n}`, birth: p.birthDate.slice(0, 4) },
    { address: p.address.slice(0, 10), age: '60代', sex: 'male' },
  ])

test('the database ranks as the plain reading does', async () => {
  // Made once: it is slow, and plain.
  const all = people.map((p) => ({
    id: p.id,
    kana: p.nameKana,
    birthDate: p.birthDate,
    sought: {
      keys: soughtKeys([p.nameKana], p.address),
      pairs: soughtPairs([p.nameKana]),
      birthDate: p.birthDate,
      sex: p.sex,
      memberIds: [p.memberId],
      addressHidden: false,
    },
  }))
  let compared = 0
  for (const wish of wishes()) {
    const asked = read(wish)
    const expected = all
      .filter((p) => isCandidate(asked, p.sought))
      .map((p) => ({ ...p, fit: fitOf(asked, p.sought) }))
      .filter((p) => isLikely(asked, p.fit))
      .sort((a, b) => b.fit.points - a.fit.points)
    const { found, more } = await look(wish)
    expect(found.map((f) => f.fit.points)).toEqual(expected.slice(0, 20).map((e) => e.fit.points))
    expect(more).toBe(expected.length > 20)
    for (const one of found) expect(one.fit).toEqual(expected.find((e) => e.id === one.person.id)?.fit)
    compared += found.length
  }
  expect(compared).toBeGreaterThan(200)
}, 90_000)

test('whoever is looked for stands first, or among those who fit as well', async () => {
  for (const p of people.slice(0, 40)) {
    const { found } = await look({ name: slips(p.nameKana, 1, p.id.charCodeAt(20)), birth: p.birthDate, sex: p.sex })
    expect(found.slice(0, 3).map((f) => f.person.id)).toContain(p.id)
  }
})

test('too little is known: nobody is looked for', async () => {
  expect(await look({ name: 'サトウ', sex: 'male' })).toEqual({ found: [], more: false })
})

test('whom the caller may not see is not found', async () => {
  const p = people[0]!
  const wish = { name: p.nameKana, birth: p.birthDate }
  expect((await look(wish)).found[0]!.person.id).toBe(p.id)
  expect(
    (await look(wish, sql<boolean>`r.key <> (select key from person.patient_key where person_id = ${p.id})`)).found.map((f) => f.person.id),
  ).not.toContain(p.id)
})

test('nobody is found by an address that a mark hides', async () => {
  const p = people[3]!
  const wish = { birth: p.birthDate, address: p.address.slice(3, 8) }
  expect((await look(wish)).found.map((f) => f.person.id)).toContain(p.id)
  await sql`insert into person.mark (person_id, id, basis, note, valid_from, blocked_ids, blocks_all, made_at, made_by)
    values (${p.id}, 'm1', 'police', '', '2026-01-01', '{}', true, ${platform.clock.at}, 'x')`.execute(platform.db)
  const found = (await look(wish)).found.find((f) => f.person.id === p.id)
  expect(found?.fit.address ?? 0).toBe(0)
  expect(
    (await look({ address: p.address, age: String(2026 - Number(p.birthDate.slice(0, 4))), sex: p.sex })).found.map((f) => f.person.id),
  ).not.toContain(p.id)
  await sql`delete from person.mark where id = 'm1'`.execute(platform.db)
})

test('a changed name is found within a run of the index, and the earlier one stays findable', async () => {
  const p = people[5]!
  await platform.as({ kind: 'staff', id: 'op', role: 'operator', institutionNumber: '', institutionName: '', name: '' }, (ctx) =>
    platform.services.person.people.change(ctx, {
      personId: p.id,
      part: 'name',
      value: { name: '', nameKana: 'ムラカミ シズカ', nameRoma: '', nameOfOther: '', nameOfOtherKana: '' },
      validFrom: '2026-11-01',
      source: 'municipality',
      statedBy: '1',
    }),
  )
  expect(await indexSought(platform.db, platform.clock.at)).toBe(1)
  for (const name of ['むらかみ しずか', p.nameKana]) {
    const { found } = await look({ name, birth: p.birthDate })
    expect(found.map((f) => f.person.id)).toContain(p.id)
  }
})

test('each way of finding has its index', async () => {
  await sql`insert into person.sought (person_id, keys, pairs) select 'far' || g, array['n:' || g], '{}' from generate_series(1, 20000) g`.execute(
    platform.db,
  )
  await sql`analyze person.person, person.sought, person.member_id`.execute(platform.db)
  const plan = (wish: Partial<Remembered>) =>
    platform.db.transaction().execute(async (trx) => {
      await sql`set local enable_seqscan = off`.execute(trx)
      const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${seekSql(read(wish), { visible: everybody, limit: 21 })}`.execute(trx)
      return rows.map((r) => r['QUERY PLAN']).join('\n')
    })
  const full = await plan({ name: 'やまかわ はなこ', birth: '1958-04-12', insurance: '縁-5003' })
  for (const index of ['sought_keys', 'person_by_birth', 'member_id_number']) expect(full).toContain(index)
  // Control: without the index the plan says so.
  await sql`drop index person.sought_keys`.execute(platform.db)
  expect(await plan({ name: 'やまかわ はなこ', birth: '1958-04-12' })).not.toContain('sought_keys')
})
