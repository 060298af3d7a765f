import { open, readFile } from 'node:fs/promises'
import type { DemoFile } from './platform.ts'

/** One submission as a writer sent it: what must be there once it was acknowledged. */
export type Submission = {
  /** `identifier#revision`, unique in a run. */
  name: string
  /** Value of the Bundle identifier; later revisions of it replace earlier ones whole. */
  identifier: string
  revision: number
  person: DemoFile['people'][number]
  type: 'Condition' | 'Observation'
  /** Items in the Bundle. */
  entries: number
  sha256: string
  text: string
}

/** How a request ended: 201; no answer or a 5xx, so that it may be stored or not; a refusal, which no writer here deserves. */
export type Answer = 'acknowledged' | 'ambiguous' | { refused: string }

export type AckList = { add(name: string): Promise<void>; names(): Promise<Set<string>>; close(): Promise<void> }

/** The names of acknowledged submissions in a file: each is on disk before its writer goes on, and none before its 201 arrived. */
export async function ackList(path: string): Promise<AckList> {
  const file = await open(path, 'a')
  return {
    async add(name) {
      await file.appendFile(`${name}\n`)
      await file.datasync()
    },
    names: async () => new Set((await readFile(path, 'utf8')).split('\n').filter(Boolean)),
    close: () => file.close(),
  }
}
