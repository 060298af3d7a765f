import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
let home: string
let running: ChildProcess[]

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'enishi-launcher-'))
  running = []
})

afterEach(async () => {
  for (const child of running) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  const left = postgresPid()
  if (left > 0 && lives(left)) process.kill(left, 'SIGKILL')
  rmSync(home, { recursive: true, force: true })
})

type Launched = { child: ChildProcess; output: () => string; ended: Promise<number | null> }

/** Runs the real launcher with a stand-in for the platform. */
function launch(env: Record<string, string> = {}, program = ['app/launcher/start.mjs']): Launched {
  const { DATABASE_URL: _, ENISHI_TEST_DATABASE_URL: __, ...ours } = process.env
  const child = spawn(process.execPath, program, {
    cwd: root,
    env: { ...ours, ENISHI_HOME: home, ENISHI_ENTRY: 'app/launcher/fixtures/platform.mjs', PORT: '0', ...env },
  })
  running.push(child)
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  const ended = new Promise<number | null>((done) => child.once('close', done))
  return { child, output: () => output, ended }
}

async function ready({ child, output }: Launched): Promise<void> {
  await expect.poll(() => output(), { timeout: 25_000 }).toMatch(child.exitCode === null ? /enishi ready/ : /./)
}

function postgresPid(): number {
  const file = join(home, 'pg/postmaster.pid')
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0
}

function lives(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z'
  } catch {
    return false
  }
}

function platformPid(): number {
  return (JSON.parse(readFileSync(join(home, 'run.json'), 'utf8')) as { platformPid: number }).platformPid
}

describe('a start that cannot be is one sentence in two languages and a code of its own', () => {
  test('port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((done) => other.once('listening', done))
    const address = other.address()
    const port = typeof address === 'object' && address ? String(address.port) : ''
    const refused = launch({ PORT: port })
    expect(await refused.ended).toBe(21)
    expect(refused.output()).toBe(
      `ポート ${port} は別のプログラムが使っています。それを止めるか、PORT で別の番号を指定してください。\nPort ${port} is used by another program. Stop it, or name another port with PORT.\n`,
    )
    other.close()
  })

  test('data from a newer version is refused and not touched', async () => {
    const version = JSON.stringify({ data: 9_999, app: '99.0.0', postgresMajor: 18 })
    writeFileSync(join(home, 'version.json'), version)
    const refused = launch()
    expect(await refused.ended).toBe(24)
    expect(refused.output()).toContain('made by a newer Enishi')
    expect(readdirSync(home)).toEqual(['version.json'])
    expect(readFileSync(join(home, 'version.json'), 'utf8')).toBe(version)
  })

  test.each([
    ['nobody listens', 'postgresql://someone:verysecret@127.0.0.1:1/enishi', /127\.0\.0\.1:1\/enishi/],
    ['no such host', 'postgresql://someone:verysecret@nowhere.invalid/enishi', /nowhere\.invalid/],
    ['not PostgreSQL', 'mysql://someone:verysecret@127.0.0.1/enishi', /DATABASE_URL/],
  ])('a DATABASE_URL where %s, without its password', async (_, url, says) => {
    const refused = launch({ DATABASE_URL: url })
    expect(await refused.ended).toBe(30)
    expect(refused.output()).toMatch(says)
    expect(refused.output()).not.toContain('verysecret')
    expect(refused.output().trim().split('\n')).toHaveLength(2)
  })

  test('the control: nothing wrong, no refusal', async () => {
    const fine = launch()
    await ready(fine)
    fine.child.kill('SIGTERM')
    expect(await fine.ended).toBe(0)
  })
})

test('a second copy is refused; Ctrl-C then stops everything; a later start finds the same data', async () => {
  const first = launch({ PORT: '18472' })
  await ready(first)
  const second = launch({ PORT: '18472' })
  expect(await second.ended).toBe(20)
  expect(second.output()).toContain(`process ${first.child.pid}`)
  const started = [postgresPid(), platformPid()]
  expect(started.map(lives)).toEqual([true, true])
  first.child.kill('SIGINT')
  expect(await first.ended).toBe(0)
  expect(first.output()).toContain('platform ended by SIGINT')
  expect(started.map(lives)).toEqual([false, false])
  expect(readdirSync(home).sort()).toEqual(['log', 'pg', 'version.json'])
  const later = launch()
  await ready(later)
  expect(later.output()).toContain('start 2')
  later.child.kill('SIGINT')
  await later.ended
})

test('after kill -9 of the launcher the next start at once ends what was left and takes port and data over', async () => {
  const first = launch({ PORT: '18471' })
  await ready(first)
  const [postgres, platform] = [postgresPid(), platformPid()]
  first.child.kill('SIGKILL')
  await first.ended
  const next = launch({ PORT: '18471' })
  await ready(next)
  expect(next.output()).toContain(`process ${postgres}`)
  expect(next.output()).toContain('start 2')
  expect([postgres, platform].map(lives)).toEqual([false, false])
  next.child.kill('SIGTERM')
  await next.ended
})

test('after kill -9 of the launcher the platform ends itself', async () => {
  const first = launch()
  await ready(first)
  const platform = platformPid()
  first.child.kill('SIGKILL')
  await first.ended
  await expect.poll(() => lives(platform), { timeout: 10_000 }).toBe(false)
})

test('a database that is killed is started again and the launcher lives on', async () => {
  const platform = launch()
  await ready(platform)
  const before = postgresPid()
  process.kill(before, 'SIGKILL')
  await expect.poll(() => postgresPid() > 0 && postgresPid() !== before && isReady(), { timeout: 20_000 }).toBe(true)
  platform.child.kill('SIGTERM')
  expect(await platform.ended).toBe(0)
})

function isReady(): boolean {
  return readFileSync(join(home, 'pg/postmaster.pid'), 'utf8').split('\n')[7]?.trim() === 'ready'
}

test('older data is copied aside before it is used', async () => {
  const first = launch()
  await ready(first)
  first.child.kill('SIGTERM')
  await first.ended
  writeFileSync(join(home, 'version.json'), JSON.stringify({ data: 0, app: '0.0.1', postgresMajor: 18 }))
  const later = launch()
  await ready(later)
  expect(later.output()).toContain('start 2')
  later.child.kill('SIGTERM')
  await later.ended
  const [copy] = readdirSync(join(home, 'backups'))
  expect(copy).toMatch(/^before-1-/)
  expect(JSON.parse(readFileSync(join(home, 'backups', copy ?? '', 'version.json'), 'utf8'))).toMatchObject({ data: 0 })
  expect(readFileSync(join(home, 'backups', copy ?? '', 'pg/PG_VERSION'), 'utf8')).toBe('18\n')
  expect(JSON.parse(readFileSync(join(home, 'version.json'), 'utf8'))).toMatchObject({ data: 1 })
})

test('the command line opens the database for itself, and attaches to a platform that runs', async () => {
  const alone = launch({ ENISHI_ENTRY: 'app/launcher/fixtures/command.mjs' }, ['app/launcher/run.mjs', 'cli', 'status'])
  expect(await alone.ended).toBe(0)
  expect(alone.output()).toMatch(/base=undefined.*rows=1/)
  expect(lives(postgresPid())).toBe(false)
  const platform = launch({ PORT: '18473' })
  await ready(platform)
  const attached = launch({ ENISHI_ENTRY: 'app/launcher/fixtures/command.mjs' }, ['app/launcher/run.mjs', 'cli', 'status'])
  expect(await attached.ended).toBe(0)
  expect(attached.output()).toMatch(/base=http:\/\/localhost:18473.*rows=1/)
  const help = launch({ ENISHI_ENTRY: 'app/launcher/fixtures/command.mjs' }, ['app/launcher/run.mjs', 'cli', 'help'])
  await help.ended
  expect(help.output()).toMatch(/base=undefined.*no database/)
  platform.child.kill('SIGTERM')
  await platform.ended
})
