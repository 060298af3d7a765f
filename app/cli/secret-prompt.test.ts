/** A passphrase is asked for without showing it: on a real terminal, and by a stream that stands for one. */
import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { folder } from '../../care/terminology/masters.fixture.ts'
import { askSecret } from './secret-prompt.ts'

/** Asks, types piece by piece, and tells what was answered, shown, and done to the terminal. */
async function asked(pieces: readonly string[], isTTY: boolean) {
  const raw: boolean[] = []
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: (on: boolean) => raw.push(on) })
  const shown: string[] = []
  const say = new PassThrough().on('data', (piece) => void shown.push(String(piece)))
  const answer = askSecret({ input, say, question: 'Passphrase: ' })
  for (const piece of pieces) {
    input.write(piece)
    await new Promise((done) => setImmediate(done))
  }
  input.end()
  return { answer: await answer, shown: shown.join(''), raw }
}

test.each<[string, string[], boolean, string | null]>([
  ['a line typed letter by letter', [...'abcd', '\r'], true, 'abcd'],
  ['a line that is pasted', ['abcd-efgh\r'], true, 'abcd-efgh'],
  ['a slip taken back', ['abx', '\u007f', 'cd\r'], true, 'abcd'],
  ['more taken back than was typed', ['\u007f\u007fab\r'], true, 'ab'],
  ['Japanese', ['縁と', '\u007f', '側\r'], true, '縁側'],
  ['stopped with Ctrl+C', ['abcd', '\u0003'], true, null],
  ['stopped with Ctrl+D', ['\u0004'], true, null],
  ['nothing', ['\r'], true, null],
  ['the terminal closed', [], true, null],
  ['a pipe', ['abcd\nmore\n'], false, 'abcd'],
  ['a pipe without a line end', ['abcd'], false, 'abcd'],
  ['a file of Windows', ['abcd\r\n'], false, 'abcd'],
])('%s', async (_, pieces, isTTY, answer) => {
  const done = await asked(pieces, isTTY)
  expect(done.answer).toBe(answer)
  expect(done.raw).toEqual(isTTY ? [true, false] : [])
  expect(done.shown).toBe(isTTY ? 'Passphrase: \n' : 'Passphrase: ')
})

test('nothing of what is typed is shown, however it comes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.stringMatching(/^[0-9a-zぁ-ん]{1,6}$/), { maxLength: 6 }), async (pieces) => {
      const { answer, shown } = await asked([...pieces, '\r'], true)
      return (answer ?? '') === pieces.join('') && shown === 'Passphrase: \n'
    }),
    { numRuns: 50 },
  )
})

const hasScript = spawnSync('script', ['--version']).status === 0
if (!hasScript) console.warn('the program “script” is not here: the prompt is not tried on a real terminal')

const [module, here] = [join(import.meta.dirname, 'secret-prompt.ts'), folder()]

/** Types into a program that sits on a terminal of its own, once it has asked. */
async function onTerminal(program: string, typed: string): Promise<string> {
  const path = join(here, 'asks.mts')
  writeFileSync(path, program)
  const child = spawn('script', ['-qec', `${process.execPath} --no-warnings ${path}`, '/dev/null'])
  let seen = ''
  child.stdout.on('data', (piece) => {
    const before = seen
    seen += String(piece)
    if (!before.includes('Passphrase: ') && seen.includes('Passphrase: ')) child.stdin.write(typed)
  })
  await new Promise((done) => child.on('close', done))
  return seen
}

const echoing = `process.stdout.write('Passphrase: ')
process.stdin.once('data', (typed) => { console.log('length ' + String(typed).trim().length); process.exit() })`
const hiding = `import { askSecret } from ${JSON.stringify(module)}
const typed = await askSecret({ input: process.stdin, say: process.stdout, question: 'Passphrase: ' })
console.log(typed === null ? 'stopped' : 'length ' + typed.length + ' ' + process.stdin.isTTY)`

test.skipIf(!hasScript)(
  hasScript ? 'on a real terminal it is read and not shown' : 'on a real terminal: “script” is not here',
  async () => {
    expect(await onTerminal(hiding, 'abcd-efgh-2345-6789\r')).toMatch(/^Passphrase: \r\nlength 19 true\r\n$/)
    expect(await onTerminal(hiding, 'abcd\u0003')).toMatch(/stopped/)
    // The control: a program that takes no care shows it.
    expect(await onTerminal(echoing, 'abcd-efgh-2345-6789\r')).toContain('abcd-efgh')
  },
  20_000,
)
