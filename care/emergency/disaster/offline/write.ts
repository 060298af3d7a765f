import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { openDraft, type WholeFile } from './draft.ts'
import type { Manifest } from './format.ts'
import type { AboutLine, PersonLine } from './person-line.ts'
import { type Invited, inviteAll } from './recipients.ts'

const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString()

export type ToWrite = Pick<Manifest, 'id' | 'disasterId' | 'disasterName' | 'law' | 'areas' | 'madeAt' | 'expiresAt'> & {
  path: string
  institutions: AboutLine['institutions']
  people: AsyncIterable<PersonLine>
  invited: readonly Invited[]
  /** The platform's Ed25519 key. */
  signer: KeyObject
  progress?: (people: number) => void
}

/** Pairs of keys for a laptop's log: the private half goes into the file, the public one stays with the platform. */
export function newLogKey(): { privatePem: string; publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicPem: pem(publicKey) }
}

/**
 * Writes an extract in one go, a chunk in memory at a time. It gets its name when it is whole and on the disk; what a stop leaves behind is
 * overwritten by the next try.
 */
export async function writeExtract(w: ToWrite, logKey: { privatePem: string; publicPem: string }): Promise<WholeFile> {
  const key = randomBytes(32)
  const { id, disasterId, disasterName, law, areas, madeAt, expiresAt } = w
  const draft = await openDraft({ path: `${w.path}.part`, id, key })
  try {
    await draft.add(JSON.stringify({ logKeyPem: logKey.privatePem, institutions: w.institutions } satisfies AboutLine))
    for await (const one of w.people) {
      await draft.addPerson(one)
      w.progress?.(draft.reached().people)
    }
    const recipients = await inviteAll(key, w, w.invited)
    const heading = { id, disasterId, disasterName, law, areas, madeAt, expiresAt, recipients, logKeyPem: logKey.publicPem }
    return await draft.finish({ heading, signer: w.signer, path: w.path })
  } catch (error) {
    await draft.drop()
    throw error
  }
}
