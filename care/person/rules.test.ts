import { describe, expect, test } from 'vitest'
import { bindingDemanded, type Candidate, foldName, samePerson } from './rules.ts'

const hanako: Candidate = {
  key: 'k1',
  personId: 'p1',
  birthDate: '1980-04-01',
  sex: 'female',
  name: '山田 花子',
  nameKana: 'ヤマダ ハナコ',
  doubtful: false,
}
const twin: Candidate = { ...hanako, key: 'k2', personId: 'p2', name: '山田 幸子', nameKana: 'ヤマダ サチコ' }
const stated = { birthDate: '1980-04-01', sex: 'female', name: '山田 花子', nameKana: 'ヤマダ ハナコ' }

describe('who a submission speaks of, among the holders of its member id', () => {
  test.each<[string, Candidate[], Partial<typeof stated>, string | null]>([
    ['same birth date and sex', [hanako], {}, 'k1'],
    ['a new surname after marriage', [hanako], { name: '佐藤 花子', nameKana: 'サトウ ハナコ' }, 'k1'],
    ['sex not stated', [hanako], { sex: 'unknown' }, 'k1'],
    ['another birth date is somebody else or a slip: set aside', [hanako], { birthDate: '1980-04-02' }, null],
    ['another sex: set aside', [hanako], { sex: 'male' }, null],
    ['twins are told apart by name', [hanako, twin], {}, 'k1'],
    ['twins by half-width kana', [hanako, twin], { name: '', nameKana: 'ﾔﾏﾀﾞ ｻﾁｺ' }, 'k2'],
    ['twins without a name that fits: set aside', [hanako, twin], { name: '山田 太郎', nameKana: 'ヤマダ タロウ' }, null],
    ['nobody holds it', [], {}, null],
  ])('%s', (_why, candidates, change, key) => {
    expect(samePerson({ ...stated, ...change }, candidates)?.key ?? null).toBe(key)
  })
})

test.each([
  ['ﾔﾏﾀﾞ ﾊﾅｺ', 'やまだはなこ'],
  ['ヤマダ　ハナコ', 'やまだはなこ'],
  ['Ｓｍｉｔｈ John', 'smithjohn'],
  ['ハハ', 'はは'],
])('%s folds to %s', (name, folded) => {
  expect(foldName(name)).toBe(folded)
})

test('dakuten stay apart: バ is not ハ', () => {
  expect(foldName('バ')).not.toBe(foldName('ハ'))
})

test.each<[string, string[], 'none' | 'any']>([
  ['an app that reads its own person’s record', ['launch/patient', 'openid', 'patient/*.rs'], 'none'],
  ['the same in the older words', ['patient/Observation.read'], 'none'],
  ['an app that writes', ['patient/*.rs', 'patient/Observation.cu'], 'any'],
  ['an app that writes, in the older words', ['patient/*.*'], 'any'],
  ['a system', ['system/*.rs'], 'any'],
  ['a client of staff', ['user/*.rs'], 'any'],
  ['a client without scopes', [], 'any'],
])('no binding for %s: %o, where real data is kept: %s', (_who, scopes, demanded) => {
  expect(bindingDemanded({ binding: 'none', scopes }, false)).toBe(demanded)
  expect(bindingDemanded({ binding: 'none', scopes }, true), 'in the demo').toBe('none')
  expect(bindingDemanded({ binding: 'dpop', scopes }, true)).toBe('dpop')
})
