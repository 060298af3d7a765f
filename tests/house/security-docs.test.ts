import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { writeSection } from '../conformance/report.ts'
import { asvsDocument, type Duty, FIRST, guidelinesDocument, type Requirement, SECOND, wrongClaims } from './security-docs.ts'
import { root } from './sources.ts'

const read = async <T>(name: string) => JSON.parse(await readFile(join(root, 'docs/security', name), 'utf8')) as T
const requirements = await read<Requirement[]>('asvs.json')
const duties = await read<Duty[]>('guidelines.json')
const exists = (path: string) => existsSync(join(root, path))

test('no requirement of levels 1 and 2 is missing, none stands there twice', () => {
  const ids = requirements.map((r) => r.id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(requirements.filter((r) => r.level === 1)).toHaveLength(FIRST)
  expect(requirements.filter((r) => r.level === 2)).toHaveLength(SECOND)
  expect(ids.filter((id) => !/^([1-9]|1[0-7])\.\d{1,2}\.\d{1,2}$/.test(id))).toEqual([])
})

test('every claim names a place that is there, or a reason', () => {
  const claims = [...requirements.map((r) => ({ ...r, name: r.id })), ...duties.map((d) => ({ ...d, name: d.about.slice(0, 40) }))]
  expect(wrongClaims(claims, exists)).toEqual([])
})

test('the control: empty claims are found out', () => {
  const bad = [
    { name: 'a', about: 'x', state: 'tested' as const, where: ['tests/gone.test.ts'] },
    { name: 'b', about: 'x', state: 'tested' as const },
    { name: 'c', about: 'x', state: 'tested' as const, where: ['package.json'] },
    { name: 'd', about: 'x', state: 'operator' as const },
    { name: 'e', about: 'x', state: 'partly' as const },
  ]
  expect(new Set(wrongClaims(bad, exists).map((wrong) => wrong[0]))).toEqual(new Set(['a', 'b', 'c', 'd', 'e']))
})

test.each([
  ['asvs', asvsDocument(requirements)],
  ['guidelines', guidelinesDocument(duties)],
])('docs/security/%s.md is what the rows say', async (name, document) => {
  const file = resolve(root, `docs/security/${name}.md`)
  if (process.env.UPDATE_DOCS === '1') await writeSection(file, name, document)
  const written = await readFile(file, 'utf8').catch(() => '')
  const section = written.split(`<!-- ${name}:begin -->\n`)[1]?.split(`\n<!-- ${name}:end -->`)[0]
  expect(section, `out of date: run \`UPDATE_DOCS=1 npx vitest run tests/house/security-docs.test.ts\` and commit docs/security`).toBe(
    document,
  )
})
