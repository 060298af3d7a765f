import { describe, expect, test } from 'vitest'
import { readSearch } from './patient-search.ts'

describe('what a desk types to find a patient', () => {
  test.each([
    ['1958-04-12', { by: 'birth', birthDate: '1958-04-12' }],
    ['1958/4/2', { by: 'birth', birthDate: '1958-04-02' }],
    ['１９５８年４月１２日', { by: 'birth', birthDate: '1958-04-12' }],
    ['19580412', { by: 'birth', birthDate: '1958-04-12' }],
    ['S33.4.12', { by: 'birth', birthDate: '1958-04-12' }],
    ['昭和33年4月12日', { by: 'birth', birthDate: '1958-04-12' }],
    ['令和元年5月1日', { by: 'birth', birthDate: '2019-05-01' }],
    ['1958-02-30', { by: 'number', folded: '1958-02-30' }],
    ['6990001:12:3456:01', { by: 'number', folded: '06990001:12:3456:01' }],
    ['１２－３４５６', { by: 'number', folded: '12-3456' }],
    ['ヤマカワ　ハナ', { by: 'name', folded: 'やまかわはな' }],
    ['ﾔﾏｶﾜ', { by: 'name', folded: 'やまかわ' }],
    ['山川 花子', { by: 'name', folded: '山川花子' }],
    ['   ', null],
    ['・', null],
  ])('%s', (typed, wanted) => expect(readSearch(typed)).toEqual(wanted))
})
