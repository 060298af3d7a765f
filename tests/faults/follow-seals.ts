/** Puts a new key in front of those that stand, again and again, as an operator does before the next start; says the id of each that is written. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { ulid } from '#kernel/id'
import { writePrivate } from '../../app/demo/secrets.ts'

const path = process.argv[2]!

for (;;) {
  const { keys } = JSON.parse(await readFile(path, 'utf8')) as { keys: { id: string; key: string }[] }
  const made = { id: `f${ulid()}`, key: randomBytes(32).toString('base64url') }
  await writePrivate(path, `${JSON.stringify({ keys: [made, ...keys] })}\n`)
  process.stdout.write(`${made.id}\n`)
  await setTimeout(120)
}
