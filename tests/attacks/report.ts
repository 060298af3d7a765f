import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeSection } from '../conformance/report.ts'
import { commitOf } from '../faults/report.ts'

export type AttackLine = {
  name: string
  what: string
  control: string
  line: string
  controlLine: string
  passed: boolean
  seed: string
  seconds: number
}

const HEAD = [
  '| test | attack | result | line | control | its line | seed | commit | seconds |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
]

/** Puts the result of a full run into the table of attacks, in the place of the earlier one of the same test. */
export async function writeAttackTable(root: string, r: AttackLine): Promise<void> {
  const file = join(root, 'docs/attacks.md')
  const before = await readFile(file, 'utf8').catch(() => '')
  const others = before.split('\n').filter((row) => /^\| A\d+ \|/.test(row) && !row.startsWith(`| ${r.name} |`))
  const verdict = r.passed ? 'passed' : '**FAILED**'
  const own = `| ${r.name} | ${r.what} | ${verdict} | \`${r.line}\` | ${r.control} | \`${r.controlLine}\` | \`${r.seed}\` | \`${commitOf(root)}\` | ${r.seconds} |`
  const rows = [...others, own].sort((a, b) => numberOf(a) - numberOf(b))
  await writeSection(file, 'attacks', [...HEAD, ...rows].join('\n'))
}

const numberOf = (row: string) => Number(/A(\d+)/.exec(row)?.[1])
