import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { BadPasswordList, knownPasswords } from './known.ts'
import { passwordProblem, stepsToGuess } from './rules.ts'
import { commonWords, contextWords, orders } from './words.ts'

const yamada = { loginName: 'yamada', own: ['山田 太郎', 'みなと病院'] }
const problem = (password: string) => passwordProblem(password, yamada)

/** The commonest forms of passwords of twelve characters and more, made of their parts. */
function* commonest(): Generator<string> {
  const tails = ['1', '12', '123', '1234', '12345', '123456', '!', '123!', '2026', '2026!', '@123', '19850412']
  const long = [...commonWords].filter((word) => word.length >= 4)
  for (const word of long) {
    const capital = word[0]!.toUpperCase() + word.slice(1)
    for (const tail of tails) yield* [`${word}${tail}`, `${capital}${tail}`, `${tail}${word}`]
    yield* [`${word}${word}`, `${word}${word}${word}`, `${capital}${capital}1`, `${word.replaceAll('o', '0').replaceAll('a', '@').replaceAll('e', '3')}12345`]
  }
  for (const order of orders) for (let at = 0; at + 12 <= order.length; at++) for (const length of [12, 13, 14, 15, 16]) yield order.slice(at, at + length)
  for (const c of 'abcdefghijklmnopqrstuvwxyz0123456789') yield* [c.repeat(12), `${c}1`.repeat(7), `${c}${c}${c}123456789`]
} // biome-ignore format: lists

describe('common passwords', () => {
  test('are refused: more than the first three thousand of those long enough', () => {
    const all = [...new Set(commonest())].filter((password) => [...password].length >= 12)
    expect(all.length).toBeGreaterThan(3_000)
    expect(all.filter((password) => problem(password) === null)).toEqual([])
  })

  test.each([
    'qwertyuiop123', '1qaz2wsx3edc', '1q2w3e4r5t6y', 'zaq12wsxcde3', '123qweasdzxc', 'Passw0rd1234', 'P@ssword2026', 'administrator', 'letmein12345',
    '123456789012', '111111111111', 'abcdefghijkl', 'iloveyou1234', 'passwordpassword', 'abcabcabcabc', 'asdfghjkl;:]', 'welcome2026!', 'Sakura20260401',
    'あいうえおかきくけこさし', 'パスワードパスワード12', 'ぱすわーど123456', 'ｐａｓｓｗｏｒｄ１２３４', 'いろはにほへとちりぬるを', '大好き大好き大好き大好き', 'arigatou1234',
    'enishi123456', 'Enishi-2026-Hospital', 'byouin123456', 'doctor123456', 'カルテカルテカルテ2026', 'yamada-yamada', 'みなと病院2026年11月', '山田太郎山田太郎1985', 'drowssap4321', '198504121985',
  ])('%s', (password) => expect(problem(password)).not.toBeNull()) // biome-ignore format: one list

  test.each([
    ['eleven char', 'too short'],
    ['my-Yamada-horse-lamp-tin', 'the login name'],
    ['ｙａｍａｄａ-horse-lamp-tin', 'the login name in full width'],
  ])('%s: %s', (password) => expect(problem(password)).not.toBeNull())
})

describe('passwords that will do', () => {
  test.each([
    '春はあけぼのやうやう白くなりゆく',
    'new horse battery staple',
    '水曜の朝は卵をふたつ焼いてから出る',
    'kabocha wa totemo amakute oishii',
    'h7Gk2pQ9xLmw',
    'v!t9-Kq2_pWz4',
  ])('%s', (password) => expect(problem(password)).toBeNull())
  test('signs by chance do, whatever they are', () => {
    const signs = [...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789']
    const chance = fc.array(fc.constantFrom(...signs), { minLength: 16, maxLength: 24 }).map((all) => all.join(''))
    fc.assert(
      fc.property(
        fc.noShrink(chance).filter((text) => new Set(text).size >= 10),
        (text) => stepsToGuess(text) >= 4,
      ),
    )
  })
  test('what is added never makes it easier by more than it stands for, and nothing breaks it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => stepsToGuess(text) >= 0 && Number.isFinite(stepsToGuess(text))),
    )
  })
  test('the control: without its words and orders the same would pass', () => expect(stepsToGuess('hrxmvkqz1d7w')).toBeGreaterThan(4))
})

test('words of the service are words', () => {
  expect(contextWords.length).toBeGreaterThan(40)
  expect(contextWords.filter((word) => !commonWords.has(word))).toEqual([])
})

describe('a list of known passwords', () => {
  const folder = mkdtempSync(join(tmpdir(), 'enishi-known-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const listed = (text: string) => {
    const path = join(folder, 'list.txt')
    writeFileSync(path, text)
    return path
  }
  const hash = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex')
  const isKnown = knownPasswords(
    listed(`# ours\n${hash('sha1', 'kabocha wa totemo amakute').toUpperCase()}:42\r\n${hash('sha256', '水曜の朝は卵をふたつ焼く')}\n`),
  )

  test.each([
    ['kabocha wa totemo amakute', true],
    ['水曜の朝は卵をふたつ焼く', true],
    ['kabocha wa totemo nigakute', false],
  ])('%s: %s', (password, known) => {
    expect(isKnown(password)).toBe(known)
    expect(passwordProblem(password, { ...yamada, isKnown }) !== null).toBe(known)
    expect(passwordProblem(password, yamada), 'the control: without the list').toBeNull()
  })
  test('that is none is refused when the platform starts', () => {
    expect(() => knownPasswords(listed('password\n'))).toThrow(BadPasswordList)
    expect(() => knownPasswords(join(folder, 'none.txt'))).toThrow()
  })
})
