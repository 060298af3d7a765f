import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { demoAuthorityRow } from '../app/demo/authority.ts'
import { staffAuthorityRow } from '../app/demo/staff-authority.ts'
import { noCards } from '../app/cards.ts'
import { allRows, type RowDeps } from '../app/rows.ts'
import { services } from '../app/services.ts'
import { createDemoStaffCa, storeStaffCa } from '#adapters/hpki'
import { createDemoCa, exportDemoCa } from '#adapters/mynumber-card'
import type { Row } from '#kernel/route'
import { demoAppRows } from '#portals/demo-app'
import { writeSection } from './conformance/report.ts'
import { accessMatrix, fillingUp, openDoors, staleDoors, twice, unsaid } from './house/rows-law.ts'
import { root } from './house/sources.ts'

const nothing = { certificatePem: '', privateKeyPem: '', pin: '', serial: '' }
const ca = exportDemoCa(await createDemoCa({ now: new Date('2026-11-22T00:00:00Z') }))
const key = { ...nothing, loginName: '', role: 'physician', notBefore: '', notAfter: '' } as const
const staff = { ca: storeStaffCa(await createDemoStaffCa({ now: new Date('2026-11-22T00:00:00Z') })), keys: [], revoked: key }
const secrets = {
  until: '2026-11-21',
  ca,
  cards: [],
  refusedCards: { revoked: nothing, expired: nothing, unknownCa: nothing },
  clients: [],
  staff: [],
}
const demo: NonNullable<RowDeps['demo']> = { cards: () => [], card: () => undefined, staff: () => [], staffSecret: () => undefined }
const mint: RowDeps['mint'] = { issue: async () => '', read: async () => undefined }

/** The whole surface, with the rows that exist in the demo alone. */
const rows = allRows({
  services: services({ cards: noCards, demo: true }),
  config: { baseUrl: 'http://localhost:8080', secure: false },
  mint,
  demo,
  demoRows: [
    demoAuthorityRow('', secrets, () => new Date()),
    staffAuthorityRow('', staff, () => new Date()),
    ...demoAppRows({ baseUrl: 'http://localhost:8080' }),
  ],
})

const row = (change: Partial<Extract<Row, { kind: 'write' }>>): Row => ({
  kind: 'write',
  method: 'POST',
  path: '/x',
  who: ['staff'],
  why: ['TREAT'],
  audit: 'x.y',
  law: '法',
  summary: { ja: '試し', en: 'Try' },
  handle: async () => ({}),
  ...change,
})

test('every row names who, why, audit and law, and says what it does in both languages', () => {
  expect(rows.length).toBeGreaterThan(30)
  expect(rows.flatMap(unsaid)).toEqual([])
  const bad = [
    row({ who: [] }),
    row({ why: [] }),
    row({ audit: '' }),
    row({ law: ' ' }),
    row({ summary: { ja: 'x', en: 'x' } }),
    row({ summary: { ja: '試', en: '試' } }),
  ]
  expect(bad.flatMap(unsaid), 'the control').toHaveLength(bad.length)
})

test('whatever takes resources stands back where storage runs low, except for acts that stay small', () => {
  expect(fillingUp(rows)).toEqual([])
  expect(fillingUp([row({ path: '/fhir/R4/:type', who: ['system'], body: 'text' })]), 'the control').toEqual(['POST /fhir/R4/:type'])
})

test('no two rows share method and path', () => {
  expect(twice(rows)).toEqual([])
  expect(twice([row({ path: '/x/:id' }), row({ path: '/x/:name' })]), 'the control').toHaveLength(1)
})

test('what is open to everybody, and what is not audited, is a list with reasons', () => {
  expect(openDoors(rows)).toEqual([])
  expect(staleDoors(rows)).toEqual([])
  expect(openDoors([row({ who: ['public'] }), row({ audit: 'none' })]), 'the control').toHaveLength(2)
  expect(staleDoors([], { silent: { 'GET /gone': 'gone' }, writes: {} }), 'the control').toEqual(['GET /gone'])
})

test('without the demo its rows do not exist', () => {
  const real = allRows({
    services: services({ cards: noCards, demo: false }),
    config: { baseUrl: 'https://enishi.example', secure: true },
    mint,
    demo: null,
    demoRows: [],
  })
  expect(real.filter((r) => 'path' in r && r.path.startsWith('/demo'))).toEqual([])
  expect(
    rows.some((r) => 'path' in r && r.path.startsWith('/demo')),
    'the control',
  ).toBe(true)
})

test('docs/access-matrix.md is what the rows say', async () => {
  const file = resolve(root, 'docs/access-matrix.md')
  const matrix = accessMatrix(rows)
  if (process.env.UPDATE_DOCS === '1') await writeSection(file, 'access-matrix', matrix)
  const written = await readFile(file, 'utf8').catch(() => '')
  const section = written.split('<!-- access-matrix:begin -->\n')[1]?.split('\n<!-- access-matrix:end -->')[0]
  expect(section, 'out of date: run `UPDATE_DOCS=1 npx vitest run tests/rows.test.ts` and commit docs/access-matrix.md').toBe(matrix)
})
