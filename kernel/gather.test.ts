import { describe, expect, test } from 'vitest'
import type { Db } from './database.ts'
import { gather } from './gather.ts'

const pool = { isTransaction: false } as Db
const transaction = { isTransaction: true } as Db
const later = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('many callers, one statement', () => {
  test('questions of one turn share a statement, those that come while it is under way the next; each gets its own answer', async () => {
    const batches: number[][] = []
    const ask = gather<number, string>(async (_db, questions) => {
      batches.push([...questions])
      await later()
      return questions.map((q) => `answer ${q}`)
    })
    const first = [1, 2].map((q) => ask(pool, q))
    await later()
    const second = [3, 4].map((q) => ask(pool, q))
    expect(await Promise.all([...first, ...second])).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 4'])
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  test('an answer is read after its question was asked, never before', async () => {
    let state = 'old'
    const ask = gather<number, string>(async (_db, questions) => {
      const read = state
      await later()
      return questions.map(() => read)
    })
    const first = ask(pool, 1)
    await later()
    state = 'new'
    expect(await ask(pool, 2)).toBe('new')
    expect(await first).toBe('old')
  })

  test('a failure reaches everybody who shared it, and nobody after', async () => {
    let fail = true
    const ask = gather<number, number>(async (_db, questions) => {
      await later()
      if (fail) throw new Error('away')
      return questions
    })
    const both = await Promise.allSettled([ask(pool, 1), ask(pool, 2)])
    expect(both.map((r) => r.status)).toEqual(['rejected', 'rejected'])
    fail = false
    expect(await ask(pool, 3)).toBe(3)
  })

  test('inside a transaction everybody asks for themselves', async () => {
    const batches: number[] = []
    const ask = gather<number, number>(async (_db, questions) => {
      batches.push(questions.length)
      return questions
    })
    await Promise.all([ask(transaction, 1), ask(transaction, 2)])
    expect(batches).toEqual([1, 1])
  })

  test('no statement carries more than the bound', async () => {
    const sizes: number[] = []
    const ask = gather<number, number>(async (_db, questions) => {
      sizes.push(questions.length)
      await later()
      return questions
    }, 3)
    await Promise.all(Array.from({ length: 10 }, (_, i) => ask(pool, i)))
    expect(Math.max(...sizes)).toBe(3)
    expect(sizes.reduce((a, b) => a + b)).toBe(10)
  })
})
