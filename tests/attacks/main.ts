import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { randomFrom } from '#packages/synthetic'
import { writeAttackTable } from './report.ts'
import type { Attack } from './result.ts'

/** Entry of `npm run attacks [-- A1 A8 ...] [--quick] [--seed=TEXT]`: one line an attack, one line its control; exit 1 where one leaks. */
const attacks: Record<string, () => Promise<Attack>> = {
  A1: async () => (await import('./a1.ts')).a1,
  A3: async () => (await import('./a3.ts')).a3,
  A4: async () => (await import('./a4.ts')).a4,
  A5: async () => (await import('./a5.ts')).a5,
  A6: async () => (await import('./a6.ts')).a6,
  A7: async () => (await import('./a7.ts')).a7,
  A8: async () => (await import('./a8.ts')).a8,
  A9: async () => (await import('./a9.ts')).a9,
  A10: async () => (await import('./a10.ts')).a10,
  A11: async () => (await import('./a11.ts')).a11,
  A12: async () => (await import('./a12.ts')).a12,
  A13: async () => (await import('./a13.ts')).a13,
  A14: async () => (await import('./a14.ts')).a14,
  A15: async () => (await import('./a15.ts')).a15,
  A16: async () => (await import('./a16.ts')).a16,
  A17: async () => (await import('./a17.ts')).a17,
  A20: async () => (await import('./a20.ts')).a20,
}

async function main(args: readonly string[]): Promise<number> {
  const asked = args.filter((a) => !a.startsWith('--'))
  const unknown = asked.filter((n) => !(n in attacks))
  if (unknown.length > 0) {
    const known = Object.keys(attacks).join(' ')
    console.error(
      `使い方: npm run attacks -- ${known} [--quick] [--seed=文字列] / usage: npm run attacks -- ${known} [--quick] [--seed=TEXT]`,
    )
    return 2
  }
  // `npm run attacks` brings a database of its own; each attack makes another one on that server.
  if (process.env.DATABASE_URL !== undefined) process.env.ENISHI_TEST_DATABASE_URL ??= process.env.DATABASE_URL
  const root = resolve(process.env.ENISHI_ROOT ?? '.')
  const quick = args.includes('--quick')
  const seed = args.find((a) => a.startsWith('--seed='))?.slice('--seed='.length) ?? randomBytes(4).toString('hex')
  let failed = 0
  // All are read before the first begins: a build that is renewed meanwhile would take the files of the later ones away.
  const chosen = await Promise.all(
    (asked.length > 0 ? asked : Object.keys(attacks)).map(async (name) => ({ name, attack: await attacks[name]!() })),
  )
  for (const { name, attack } of chosen) {
    const tell = (line: string) => void process.stderr.write(`${name} ${line}\n`)
    tell(`seed ${seed}`)
    const from = performance.now()
    const about = { quick, random: randomFrom(`${seed} ${name}`), root, tell }
    const real = await attack.run({ ...about, mutated: false })
    for (const leak of real.leaks.slice(0, 20)) tell(`leak: ${leak}`)
    const control = await attack.run({ ...about, mutated: true })
    const line = `${name} tried=${real.tried} leaks=${real.leaks.length}`
    const controlLine = `${name} control leaks=${control.leaks.length}`
    console.log(line)
    console.log(controlLine)
    const passed = real.tried > 0 && real.leaks.length === 0 && control.leaks.length > 0
    if (!passed) failed++
    const seconds = Math.round((performance.now() - from) / 1000)
    if (!quick) await writeAttackTable(root, { name, ...attack, line, controlLine, passed, seed, seconds })
  }
  return failed === 0 ? 0 : 1
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.stack : error)
    process.exit(1)
  },
)
