/**
 * Makes lines of imports ready for the process that leads: a program of its own, without a database, that the leader starts when it has
 * lines and that ends with it.
 */
import { makeLines } from '#care/bulk'
import { answersAt, linesAlone } from '#care/record'
import { bindChecker } from '../checker.ts'
import type { MakerAsked, MakerBegin, MakerSaid } from './model.ts'

const say = (said: MakerSaid) => process.send?.(said)

async function begin({ home, bases }: MakerBegin): Promise<void> {
  for (const base of bases) answersAt(base)
  await bindChecker(home)
  say({ up: true })
}

async function answer({ n, asked }: MakerAsked): Promise<void> {
  // What failed is made by the leader itself, which says what is wrong with it.
  const done = await makeLines(linesAlone, asked).catch(() => null)
  say({ n, done })
}

process.on('message', (message: MakerBegin | MakerAsked) => void ('home' in message ? begin(message) : answer(message)))
process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches every process of the terminal; the leader decides.
process.on('SIGINT', () => undefined)
