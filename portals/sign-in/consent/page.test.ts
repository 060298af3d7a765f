import { expect, test } from 'vitest'
import type { ConsentProps } from './model.ts'
import { consentDecision } from './decision.ts'
import { consentPage, consentPolicy } from './page.tsx'

const asked: ConsentProps = {
  interactionUid: 'u-1',
  picked: null,
  app: {
    clientId: 'steps',
    name: 'からだ手帳',
    maker: '縁市ソフトウェア株式会社',
    logoText: 'か',
    homepage: 'https://app.example/',
  },
  by: 'citizen',
  scopes:
    'openid fhirUser launch/patient offline_access patient/MedicationRequest.rs patient/Observation.cruds?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory'.split(
      ' ',
    ),
  forWhom: [
    { id: 'p1', name: '山川 花子', as: 'self' },
    { id: 'p2', name: '山川 一郎', as: 'parent' },
  ],
  previous: { at: new Date('2026-10-01T00:00:00Z'), scopes: ['patient/MedicationRequest.rs'] },
  refreshDays: 90,
  error: null,
}
const about = (lang: 'ja' | 'en') => ({
  lang,
  path: '/oauth/interaction/u-1',
  actor: { kind: 'citizen', id: 'p1', keys: ['k'], name: '山川 花子' } as const,
  demo: null,
})

test('says in words what is asked, marks what is new, and warns of writing', () => {
  const ja = consentPage(about('ja'), asked)
  expect(ja).toContain('「からだ手帳」に記録を見せますか')
  expect(ja).toContain('処方された薬')
  expect(ja).toContain('検査や測定の値のうち、血液や尿などの検体検査だけ')
  expect(ja).toContain('このアプリは、記録に書き込むことも求めています')
  expect(ja).toContain('あなたが使っていないときも見る')
  expect(ja).toContain('href="/me/apps"')
  expect(ja.match(/新しく求めています/g)).toHaveLength(4)
  expect(ja).not.toMatch(/patient\/|MedicationRequest|offline_access/)
})

test('in English nothing of ours is left in Japanese', () => {
  const text = consentPage(about('en'), asked)
    .replace(/<(\w+)[^>]* lang="ja">.*?<\/\1>/g, '')
    .replaceAll(/からだ手帳|か(?=<\/span>)|山川 (花子|一郎)|日本語|縁/g, '')
  expect(text).not.toMatch(/[\u3041-\u30ff\u4e00-\u9fff]/)
})

test('writing is never ticked beforehand; what was let in before is', () => {
  const boxes = (props: ConsentProps) =>
    [...consentPage(about('ja'), props).matchAll(/<input type="checkbox"[^>]*>/g)].map(([box]) => [
      /value="([^"]+)"/.exec(box)![1]!,
      box.includes('checked'),
    ])
  expect(boxes(asked)).toEqual([
    ['identity.read', false],
    ['medicines.read', true],
    ['results.read', false],
    ['results.write', false],
    ['away', false],
  ])
  expect(Object.fromEntries(boxes({ ...asked, previous: null }))).toMatchObject({
    'medicines.read': true,
    'results.write': false,
    away: true,
  })
})

test.each([
  ['the deny button', { decision: 'deny', part: ['medicines.read'], for: 'p1' }, { allow: false }],
  ['no decision', { part: ['medicines.read'], for: 'p1' }, null],
  ['nobody chosen', { decision: 'allow', part: ['medicines.read'] }, null],
  ['somebody else', { decision: 'allow', part: ['medicines.read'], for: 'p9' }, null],
  ['nothing ticked', { decision: 'allow', for: 'p1' }, null],
  ['only going on while away', { decision: 'allow', part: 'away', for: 'p1' }, null],
  ['a part nobody asked for', { decision: 'allow', part: ['diagnoses.read'], for: 'p1' }, null],
  [
    'one part',
    { decision: 'allow', part: 'medicines.read', for: 'p2' },
    { allow: true, forId: 'p2', scopes: ['openid', 'launch/patient', 'patient/MedicationRequest.rs'] },
  ],
])('%s', (_name, form, decision) => {
  expect(consentDecision(asked, form)).toEqual(decision)
})

test('the policy lets the form lead to the app, and nowhere else', () => {
  const to = (uri: string) => consentPolicy(uri)['content-security-policy']
  expect(to('https://app.example/back?x=1')).toMatch(/form-action 'self' https:\/\/app\.example$/)
  expect(to('org.example.app:/back')).toMatch(/form-action 'self' org\.example\.app:$/)
  expect(to('no address; script-src *')).toMatch(/form-action 'self'$/)
})
