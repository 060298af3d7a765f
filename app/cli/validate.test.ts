import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { submissions } from '../backup/drill.fixture.ts'
import { commands } from './commands.ts'
import { typed } from './io.fixture.ts'
import { MAX_DOCUMENT_BYTES } from './sources.ts'
import { tableTo, widthOf } from './table.ts'

let cwd: string
const patient = {
  resourceType: 'Patient',
  id: 'p',
  gender: 'female',
  text: { status: 'empty', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
}
const wrongPatient = { ...patient, gender: 'xx' }

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'enishi-cli-'))
  const [one, two] = submissions(2).map((s) => JSON.stringify(s.bundle))
  const nobody = JSON.stringify(submissions(1).map((s) => ({ ...s.bundle, entry: [] }))[0])
  await mkdir(join(cwd, 'folder/deep'), { recursive: true })
  await mkdir(join(cwd, 'bare'))
  await mkdir(join(cwd, 'empty-package/hollow/package'), { recursive: true })
  await writeFile(join(cwd, 'empty-package/hollow/package/package.json'), '{"name": "hollow"}')
  const files: Record<string, string | Buffer> = {
    'good.json': one!,
    'bad.json': nobody,
    'broken.json': '{"resourceType": "Patient",\n "id": }',
    'untagged.json': JSON.stringify(submissions(1).map((s) => ({ ...s.bundle, identifier: undefined }))[0]),
    'plain.json': JSON.stringify({ resourceType: 'Bundle', type: 'collection' }),
    'patient.json': JSON.stringify(patient),
    'lines.ndjson': `${one}\r\n\n${JSON.stringify(patient)}\n${JSON.stringify(wrongPatient)}\n${two}`,
    'latin.json': Buffer.from([0x22, 0xe9, 0x22]),
    'patient.xml': `<Patient xmlns="http://hl7.org/fhir">\n  <gender value="xx"/>\n</Patient>`,
    'folder/a.json': two!,
    'folder/deep/b.jsonl': `${JSON.stringify(wrongPatient)}\n`,
    'folder/notes.txt': 'not looked at',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text)
})

afterAll(() => rm(cwd, { recursive: true }))

const check = (...words: string[]) => typed(['validate', ...words], { cwd, lang: 'en' })

describe('validate', () => {
  const cases: [name: string, words: string[], exit: number, says: RegExp][] = [
    ['a valid Bundle', ['good.json'], 0, /1 documents: 1 valid, 0 invalid/],
    ['a Bundle against the rules of submissions', ['bad.json'], 1, /bad\.json:1:\d+ +\S* +R\d{4} +error/],
    ['a resource by its structure alone', ['patient.json'], 0, /1 valid/],
    ['text that is no JSON, with line and column', ['broken.json'], 1, /broken\.json:2:8 .*json\/syntax .*line 2, column 8/],
    ['XML, with line and column', ['patient.xml'], 1, /patient\.xml:2:3 +Patient\.gender +structure\/binding/],
    ['the rules of submissions left out', ['--rules', 'none', 'untagged.json'], 0, /1 valid/],
    ['every Bundle as a submission', ['--rules=submission', 'plain.json'], 1, /plain\.json:1:\d+ +\S+ +R0213/],
    ['and only on demand', ['plain.json'], 0, /1 valid/],
    ['text that is not UTF-8', ['latin.json'], 1, /json\/encoding/],
    [
      'NDJSON, with the line of what is wrong',
      ['lines.ndjson'],
      1,
      /lines\.ndjson:4:\d+ +Patient\.gender [\s\S]*1 files, 4 documents: 3 valid, 1 invalid/,
    ],
    ['a folder and what lies below it', ['folder'], 1, /folder\/deep\/b\.jsonl:1:\d+ [\s\S]*2 files, 2 documents: 1 valid, 1 invalid/],
    ['several at once', ['good.json', 'folder'], 1, /3 files, 3 documents: 2 valid/],
    ['a file that is not there: nothing else is judged', ['good.json', 'none.json'], 2, /none\.json does not exist/],
    ['a folder without such files', ['bare'], 2, /bare holds no/],
    ['nothing', [], 2, /validate needs FILE/],
    ['a folder of packages that is not there', ['--packages', 'nowhere', 'good.json'], 2, /nowhere does not exist/],
    ['a package from which nothing loads', ['--packages', 'empty-package', 'good.json'], 2, /hollow/],
    ['an unknown option', ['--fast', 'good.json'], 2, /has no option --fast/],
    ['an unknown format', ['--format', 'xml', 'good.json'], 2, /--format is table or outcome/],
    ['an option without its value', ['good.json', '--format'], 2, /--format needs/],
  ]
  test.each(cases)('%s', async (_name, words, exit, says) => {
    const answer = await check(...words)
    expect(`${answer.out}\n${answer.err}`).toMatch(says)
    expect(answer.exit).toBe(exit)
  })

  test('speaks Japanese unless asked otherwise', async () => {
    expect((await typed(['validate', 'bad.json'], { cwd })).out).toMatch(/誤り[\s\S]*不合格 1/)
    expect((await typed(['validate', 'bad.json', '--lang=en'], { cwd })).out).toMatch(/error[\s\S]*1 invalid/)
  })

  test('what could not be checked is said once, however many lines rest on it', async () => {
    const claims = JSON.stringify({ ...patient, meta: { profile: ['http://nowhere.example/StructureDefinition/P'] } })
    await writeFile(join(cwd, 'claims.ndjson'), `${claims}\n${claims}\n${claims}\n`)
    const { out, exit } = await check('claims.ndjson')
    expect(out).toMatch(/Not checked \(number of places\)\n {2}3 {2}.*nowhere\.example/)
    expect(out.match(/nowhere/g)).toHaveLength(1)
    expect(out).toMatch(/3 documents: 3 valid, 0 invalid \(0 errors, 0 warnings\)/)
    expect(exit).toBe(0)
    await rm(join(cwd, 'claims.ndjson'))
  })

  test('gives one OperationOutcome a document, a line each, that names its source', async () => {
    const { out, exit } = await check('--format', 'outcome', 'lines.ndjson')
    const outcomes = out
      .split('\n')
      .map((line) => JSON.parse(line) as { resourceType: string; issue: { severity: string }[]; extension: { valueString: string }[] })
    expect(outcomes.map((o) => [o.resourceType, o.extension[0]?.valueString])).toEqual(
      [1, 3, 4, 5].map((line) => ['OperationOutcome', `lines.ndjson:${line}`]),
    )
    expect(outcomes.map((o) => o.issue.some((i) => i.severity === 'error'))).toEqual([false, false, true, false])
    expect(exit).toBe(1)
  })

  test('a line past the limit is refused unread, and the next one is read', async () => {
    const path = join(cwd, 'long.ndjson')
    await writeFile(path, `"${'x'.repeat(MAX_DOCUMENT_BYTES)}"\n${JSON.stringify(patient)}\n`)
    const { out } = await check('long.ndjson')
    expect(out).toMatch(/long\.ndjson:1 +json\/too-large/)
    expect(out).toMatch(/2 documents: 1 valid, 1 invalid/)
    await rm(path)
  })

  test('as a process: the exit codes a script relies on', () => {
    const launcher = resolve(import.meta.dirname, '../launcher/run.mjs')
    const exitOf = (...words: string[]) =>
      spawnSync(process.execPath, [launcher, 'cli', ...words], {
        cwd,
        encoding: 'utf8',
        env: { ...process.env, INIT_CWD: cwd, npm_lifecycle_event: 'enishi' },
      })
    const good = exitOf('validate', 'good.json')
    expect([good.status, good.stderr]).toEqual([0, ''])
    expect(exitOf('validate', 'bad.json').status).toBe(1)
    expect(exitOf('validate', 'none.json').status).toBe(2)
    expect(exitOf('help').stdout).toMatch(/validate FILE\.\.\./)
  }, 60_000)
})

describe('the list of commands', () => {
  test('names every command in both languages', async () => {
    const { out, exit } = await typed(['help'])
    for (const c of commands) for (const text of [c.name, c.ja, c.en]) expect(out).toContain(text)
    expect(exit).toBe(0)
    expect(await typed([])).toEqual(await typed(['--help']))
  })

  test.each(commands.map((c) => [c.name, c] as const))('help %s shows its options', async (name, c) => {
    const { out } = await typed(['help', name])
    for (const option of Object.keys(c.options ?? {})) expect(out).toContain(`--${option}`)
    expect((await typed([name, '--help'])).out).toBe(out)
  })

  test('an unknown command is one sentence', async () => {
    expect(await typed(['imprt'])).toMatchObject({
      exit: 2,
      out: '',
      err: expect.stringMatching(/「imprt」という命令はありません.*\nThere is no command "imprt"/),
    })
  })
})

describe('tables', () => {
  test('kanji take two columns, rows line up, and control characters stay out of the terminal', () => {
    expect(widthOf('山田abc')).toBe(7)
    const lines: string[] = []
    const table = tableTo((line) => void lines.push(line), ['a', 'b'])
    table.row(['山田', 'x'])
    table.row(['z', '\u001b[31mred\n'])
    table.end()
    expect(lines).toEqual(['a     b', '山田  x', 'z     \ufffd[31mred\ufffd'])
  })

  test('long tables are printed as they come', () => {
    let printed = 0
    const table = tableTo(() => void printed++, ['a'])
    for (let i = 0; i < 1_000; i++) table.row([String(i)])
    expect(printed).toBe(1_000)
    table.end()
    expect(printed).toBe(1_001)
  })
})
