import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { writeFaultTable } from './report.ts'
import type { FaultResult, FaultRun } from './result.ts'

/** Entry of `npm run faults -- F1 [F2 ...] [--quick] [--seed=TEXT]`: one line a fault, one line its control; exit 1 where a rule is broken. */
const faults: Record<string, { run: (about: FaultRun) => Promise<FaultResult>; what: string }> = {
  F1: {
    run: async (about) => (await import('./f1.ts')).f1(about),
    what: 'kill -9: application × 50, database × 20, in the middle of Bundles',
  },
  F1b: {
    run: async (about) => (await import('./f1-import.ts')).f1Import(about),
    what: 'kill -9 of leader, database and all, in the middle of a bulk import',
  },
  F2: {
    run: async (about) => (await import('./f2.ts')).f2(about),
    what: 'power cut × 10 in the middle of resources, Bundles and checkpoints of the log: only what had reached the disk is there again',
  },
  F2b: {
    run: async (about) => (await import('./f2-files.ts')).f2Files(about),
    what: 'power cut while attachments are written: documents with files, imports, exports; file and row must agree',
  },
  F2c: {
    run: async (about) => (await import('./f2-keys.ts')).f2Keys(about),
    what: 'power cut while keys rotate: those that sign tokens and those that seal secrets',
  },
  F2d: {
    run: async (about) => (await import('./f2-migration.ts')).f2Migration(about),
    what: 'power cut while a schema is migrated: first starts, and next releases over a record in use',
  },
  F2e: {
    run: async (about) => (await import('./f2-backup.ts')).f2Backup(about),
    what: 'power cut while a backup is made',
  },
  F3: {
    run: async (about) => (await import('./f3.ts')).f3(about),
    what: 'disk full under the database and its log, while it is written to',
  },
  F4: { run: async (about) => (await import('./f4.ts')).f4(about), what: 'database restarted under load' },
  F6: {
    run: async (about) => (await import('./f6.ts')).f6(about),
    what: 'clock of the application’s host wrong by ± 1 hour and ± 400 days',
  },
  F7: { run: async (about) => (await import('./f7.ts')).f7(about), what: '2,000 slow clients: slow headers, slow bodies, slow readers' },
  F8: { run: async (about) => (await import('./f8.ts')).f8(about), what: 'limit of open files, reached' },
  F9: { run: async (about) => (await import('./f9.ts')).f9(about), what: 'memory cap reached; bodies far over the limit' },
  F10: { run: async (about) => (await import('./f10.ts')).f10(about), what: 'corrupt input; flipped bits in data and backup' },
  F11: { run: async (about) => (await import('./f11.ts')).f11(about), what: 'the audit log cannot be written, on every row that reads' },
  F13: {
    run: async (about) => (await import('./f13.ts')).f13(about),
    what: 'restore drill: the platform is lost whole, and restored from its backup',
  },
  F14: { run: async (about) => (await import('./f14.ts')).f14(about), what: 'simulated schedules: clock, database, network, crashes' },
  F15: {
    run: async (about) => (await import('./f15.ts')).f15(about),
    what: 'If-Match histories and conditional creates, with kill -9 between, under a linearizability checker',
  },
  F16: {
    run: async (about) => (await import('./f16.ts')).f16(about),
    what: 'consent withdrawn in the middle of 100,000 concurrent reads, at every door',
  },
}

async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((a) => !a.startsWith('--'))
  const isQuick = args.includes('--quick')
  const unknown = names.filter((n) => !(n in faults))
  if (names.length === 0 || unknown.length > 0) {
    const known = Object.keys(faults).join(' ')
    console.error(
      `使い方: npm run faults -- ${known} [--quick] [--seed=文字列] / usage: npm run faults -- ${known} [--quick] [--seed=TEXT]`,
    )
    return 2
  }
  const root = resolve(process.env.ENISHI_ROOT ?? '.')
  const stopping = new AbortController()
  // The same wish often comes twice (from the terminal and from the launcher), and the second must not cut the clean-up short.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort(new Error(signal)))
  let failed = 0
  for (const name of names) {
    const seed = args.find((a) => a.startsWith('--seed='))?.slice('--seed='.length) ?? randomBytes(4).toString('hex')
    const tell = (line: string) => void process.stderr.write(`${name} ${line}\n`)
    tell(`seed ${seed}`)
    const from = performance.now()
    const fault = faults[name]!
    const result = await fault.run({ quick: isQuick, seed, root, tell, stopping: stopping.signal })
    const seconds = Math.round((performance.now() - from) / 1000)
    for (const wrong of result.wrong) tell(`wrong: ${wrong}`)
    tell(`${seconds} s`)
    console.log(result.line)
    console.log(result.control)
    if (!result.passed) failed++
    if (!isQuick) await writeFaultTable(root, { name, what: fault.what, seed, seconds, ...result })
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
