/** The process that makes lines ready, as the leader starts it. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { linesAlone } from '#care/record'
import { makeLines } from '#care/bulk'
import { lineMaker } from './start.ts'

const root = join(import.meta.dirname, '../..')
const program = join(root, 'dist/app/maker/main.js')
const actor = { kind: 'system', id: 'his', institutionNumber: '1310000001', institutionName: '縁病院', scopes: ['system/*.cruds'] } as never

let home: string
const stops: (() => void)[] = []
beforeAll(async () => {
  execFileSync(process.execPath, ['-e', `import('${join(root, 'app/launcher/build.mjs')}').then((m) => m.ensureBuilt())`])
  home = await mkdtemp(join(tmpdir(), 'enishi-maker-'))
}, 120_000)
afterAll(async () => {
  for (const stop of stops) stop()
  await rm(home, { recursive: true, force: true })
})

function maker(of = program) {
  const made = lineMaker({ home, bases: ['http://localhost:8080/fhir/R4'] }, of)
  stops.push(made.stop)
  return made
}

async function up(made: ReturnType<typeof maker>): Promise<boolean> {
  for (let n = 0; n < 600 && !made.isUp(); n++) await pause(25)
  return made.isUp()
}

async function asked() {
  const lines = [1, 2, 3].map((n) => JSON.stringify({ resourceType: 'Organization', id: `o-${n}`, name: `縁医院 ${n}` }))
  const path = join(home, 'lines.ndjson')
  await writeFile(path, `${lines.join('\n')}\n{"resourceType":\n`)
  const making = { actor, now: new Date(), aliases: { keys: new Map(), asked: new Set<string>() }, line: 0, type: null }
  return { path, from: 0, to: Buffer.byteLength(`${lines.join('\n')}\n{"resourceType":\n`), making }
}

/** Processes that this one started and that still run. */
const children = (): number[] =>
  execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('maker/main.js'))
    .map((line) => Number.parseInt(line, 10))

test('it starts when it is first asked for, and makes what would be made here', async () => {
  const made = maker()
  expect(children()).toEqual([])
  expect(made.isUp(), 'not yet').toBe(false)
  expect(await up(made)).toBe(true)
  const [there, here] = [await made.make(await asked()), await makeLines(linesAlone, await asked())]
  expect(there.lines).toEqual(here.lines)
  expect(there.lines).toMatchObject([{ group: 0 }, { group: 0 }, { group: 0 }, { outcome: { resourceType: 'OperationOutcome' } }])
  expect(there.groups.map((g) => g.rows)).toEqual(here.groups.map((g) => g.rows))
  expect(there.groups[0]!.pieces.flat().every(Buffer.isBuffer)).toBe(true)
  made.stop()
  expect(made.isUp()).toBe(false)
})

test('killed while it is asked, it is said at once, and nobody asks it again for a while', async () => {
  const made = maker()
  expect(await up(made)).toBe(true)
  const [pid] = children()
  process.kill(pid!, 'SIGSTOP')
  const answer = made.make(await asked())
  process.kill(pid!, 'SIGKILL')
  await expect(answer).rejects.toThrow()
  await expect(made.make(await asked())).rejects.toThrow()
  expect(made.isUp()).toBe(false)
  await pause(300)
  expect(children(), 'none is started').toEqual([])
})

test('where the program is not there, nobody waits for it', () => {
  expect(maker(join(home, 'none.js')).isUp()).toBe(false)
})
