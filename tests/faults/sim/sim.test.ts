import { describe, expect, test } from 'vitest'
import { type History, simulate } from './history.ts'
import { plantedBugs } from './region.ts'
import { scheduler } from './scheduler.ts'
import { simulatedStore } from './store.ts'

test('one seed gives one history', async () => {
  for (const seed of ['a', 'b', 'c']) expect(await simulate(seed)).toEqual(await simulate(seed))
  expect(await simulate('a')).not.toEqual(await simulate('d'))
})

test('no seed of a few breaks anything, though processes die and messages are lost', async () => {
  const found: History[] = []
  for (let n = 0; n < 40; n++) found.push(await simulate(`test-${n}`))
  expect(found.flatMap((h) => h.breaks)).toEqual([])
  expect(found.reduce((sum, h) => sum + h.crashes, 0)).toBeGreaterThan(5)
  expect(found.reduce((sum, h) => sum + h.answered, 0)).toBeGreaterThan(200)
})

test.each(plantedBugs)('the planted bug %s is found', async (planted) => {
  for (let n = 0; n < 300; n++) if ((await simulate(`planted-${n}`, planted)).breaks.length > 0) return
  expect.fail('300 seeds found nothing')
})

describe('the simulated database', () => {
  const open = () => {
    const sim = scheduler('x')
    const store = simulatedStore(sim)
    return { sim, store, one: store.open(), two: store.open() }
  }

  test('what a transaction wrote is seen by others after its commit, all of it', () => {
    const { store, one, two } = open()
    store.write(one, 'a', { n: 1 })
    store.write(one, 'b', { n: 2 })
    expect(store.read(one, 'a')).toEqual({ n: 1 })
    expect(store.scan(two, '')).toEqual([])
    store.commit(one)
    expect(store.scan(two, '')).toEqual([{ n: 1 }, { n: 2 }])
  })

  test('a lock waits for the one that holds it, also where that one is ended', async () => {
    const { store, one, two } = open()
    const order: string[] = []
    await store.lock(one, 'x')
    const second = store.lock(two, 'x').then(() => order.push('two'))
    order.push('one')
    store.write(one, 'a', { n: 1 })
    store.end(one)
    await second
    expect(order).toEqual(['one', 'two'])
    expect(store.read(two, 'a'), 'an ended session leaves nothing').toBeUndefined()
  })

  test('readers share a lock, a writer waits for them all', async () => {
    const { store, one, two } = open()
    const three = store.open()
    await store.lock(one, 'x', 'share')
    await store.lock(two, 'x', 'share')
    let isIn = false
    const third = store.lock(three, 'x').then(() => {
      isIn = true
    })
    store.commit(one)
    await Promise.resolve()
    expect(isIn).toBe(false)
    store.commit(two)
    await third
    expect(isIn).toBe(true)
  })
})
