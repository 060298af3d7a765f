/**
 * The control: the next release with a database driver that knows no transactions, so that each statement of a schema step stands for
 * itself. Started in the platform's place by the fault test.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'

type Query = (this: pg.Client, ...args: unknown[]) => Promise<unknown>

const real = pg.Client.prototype.query as unknown as Query
const textOf = (first: unknown): string => {
  const text = typeof first === 'object' && first !== null && 'text' in first ? first.text : first
  return typeof text === 'string' ? text : ''
}

const alone: Query = async function (...args) {
  const text = textOf(args[0])
  if (!text.includes('create table next.')) return real.call(this, ...args)
  // What the platform began is ended here: each part is a transaction of its own.
  await real.call(this, 'commit')
  for (const part of text.split(';\n').filter((one) => one.trim() !== '')) await real.call(this, part)
  return real.call(this, 'begin')
}

Object.defineProperty(pg.Client.prototype, 'query', {
  value: function (this: pg.Client, ...args: unknown[]) {
    return textOf(args[0]).includes('create table next.') ? alone.call(this, ...args) : real.call(this, ...args)
  },
  configurable: true,
  writable: true,
})

await import(pathToFileURL(join(import.meta.dirname, '../../dist/app/next-release.js')).href)
