/** Extracts that an operator asks for: made by the leader in steps, each of which a stop leaves standing. */
import { randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { disasters } from '#care/consent'
import type { PersonService } from '#care/person'
import type { RecordService } from '#care/record'
import type { Actor, Context } from '#kernel/context'
import { underEpoch } from '#kernel/leader'
import { ulid } from '#kernel/id'
import { Refusal, refuse } from '#kernel/refusal'
import type { JobContext, JobRow } from '#kernel/route'
import type { Sealer } from '#kernel/sealed'
import { isOpen } from '../openings.ts'
import * as store from '../store/extract.ts'
import { walk, type Walk } from './collect.ts'
import { type Draft, openDraft } from './draft.ts'
import { areaOfExtract, endOf, institutionsOf } from './extract.ts'
import { fingerprintOf } from './format.ts'
import { inviteAll, newPassphrase, SCRYPT_COST } from './recipients.ts'
import { newLogKey } from './write.ts'

/** `seal`: keys for what the database keeps sealed; none where nothing is sealed. `signer`: the platform's key for extracts. */
export type ExtractDeps = {
  person: PersonService
  record: RecordService
  home: string
  signer: () => Promise<KeyObject>
  seal: () => Promise<Sealer | undefined>
  /** Work of the passphrase, for tests. */
  cost?: number
}

/** `passphrase`: one that the operator set for everybody; null makes one for each name. */
export type AskedExtract = {
  disasterId: string
  areas: readonly string[]
  names: readonly string[]
  passphrase: string | null
  expiresAt: Date
}

/** Those who can open one file, and files made at a time. */
export const MOST_NAMES = 5
const MOST_UNFINISHED = 3
/** A step is noted after about so long. */
const STEP_MS = 1_000
const TRIES = 3
const TIDY_MS = 60_000

const folderOf = (home: string) => join(home, 'disaster-extracts')
const pathOf = (home: string, id: string) => join(folderOf(home), `${id}.enishi`)
const owner = (id: string) => `disaster-extract:${id}`
type Keys = { fileKey: string; logPem: string }

/** Who a job acts for in the log: the operator who asked. */
const askerOf = (e: store.Extract): Actor => ({
  ...{ kind: 'staff', id: e.madeBy, role: 'operator', institutionNumber: '', institutionName: '', name: e.madeByName },
})

type Running = { draft: Draft; after: string; walked: number; epoch: number }

export type ExtractService = ReturnType<typeof extractService>

export function extractService(deps: ExtractDeps) {
  const running = new Map<string, Running>()
  let tidied = Number.NEGATIVE_INFINITY

  const own = async (ctx: Context, id: string) => (await store.findExtract(ctx.db, id)) ?? refuse('not-found')
  const resourceOf = (id: string) => ({ resource: `DisasterExtract/${id}` })

  async function keysOf(e: store.Making): Promise<Keys> {
    const sealer = await deps.seal()
    const text = sealer ? sealer.open(e.secret, owner(e.id)) : e.secret
    if (text === null) throw Object.assign(new Error('the keys cannot be opened'), { code: 'keys' })
    return JSON.parse(text) as Keys
  }

  /** Takes one up, or goes on with it; what another process wrote is copied, up to where it was noted. */
  async function takeUp(job: JobContext, e: store.Making): Promise<Running> {
    const known = running.get(e.id)
    if (known && known.epoch === job.epoch) return known
    if (known) await known.draft.leave()
    const { fileKey, logPem } = await keysOf(e)
    await mkdir(folderOf(deps.home), { recursive: true, mode: 0o700 })
    const path = join(folderOf(deps.home), `${e.id}.${ulid()}.part`)
    const key = Buffer.from(fileKey, 'base64url')
    const goneOn = e.reached && (await openDraft({ path, id: e.id, key, from: e.reached }).catch(backToTheBeginning))
    const draft = goneOn ?? (await openDraft({ path, id: e.id, key }))
    if (!goneOn) {
      const open = new Set(await disasters.institutions(job, e.disasterId))
      const institutions = await institutionsOf({ ...job, person: deps.person }, open)
      await draft.add(JSON.stringify({ logKeyPem: logPem, institutions }))
    }
    const begun = { draft, after: goneOn ? e.reached!.after : '', walked: goneOn ? e.walked : 0, epoch: job.epoch }
    running.set(e.id, begun)
    return begun
  }

  /** As what is open now and whoever closed their record until now. @refuses disaster-not-open */
  async function walkOf(job: JobContext, e: store.Making): Promise<Walk> {
    const disaster = (await disasters.find(job, e.disasterId)) ?? refuse('not-found')
    if (!isOpen(disaster, job.now)) refuse('disaster-not-open')
    const { person, record } = deps
    return walk({ db: job.db, now: job.now, by: askerOf(e), person, record, disaster, areas: e.areas, extractId: e.id })
  }

  /** About a second of one extract. */
  async function step(job: JobContext, e: store.Making): Promise<void> {
    const people = await walkOf(job, e)
    const at = await takeUp(job, e)
    const began = performance.now()
    for (;;) {
      const more = await people.next(at.after)
      if (more === null) return finish(job, e, at)
      for (const line of more.lines) await at.draft.addPerson(line)
      at.after = more.after
      at.walked += more.walked
      if (performance.now() - began > STEP_MS) break
    }
    const reached = { ...(await at.draft.settle()), after: at.after }
    const total = Math.max(people.total, at.walked)
    const stays = await underEpoch(job.db, job.epoch, (trx) => store.noteReached(trx, { id: e.id, reached, walked: at.walked, total }))
    if (!stays) await letGo(e.id)
  }

  async function finish(job: JobContext, e: store.Making, { draft }: Running): Promise<void> {
    const { name: disasterName, law } = (await disasters.find(job, e.disasterId)) ?? refuse('not-found')
    const { id, disasterId, areas, logKey: logKeyPem, openedBy: recipients } = e
    const when = { madeAt: e.madeAt.toISOString(), expiresAt: e.expiresAt.toISOString() }
    const heading = { id, disasterId, disasterName, law, areas, ...when, recipients, logKeyPem }
    const path = join(folderOf(deps.home), `${id}.${ulid()}.part`)
    const { people, sha256, fileSha256, fileBytes, signerPem } = await draft.finish({ heading, signer: await deps.signer(), path })
    running.delete(id)
    const done = { id, people, sha256, fileSha256, fileBytes, signer: fingerprintOf(signerPem) }
    await underEpoch(job.db, job.epoch, async (trx) => {
      // Under the lead: one that lost it must not put its file in the place of another's.
      if (await store.finishExtract(trx, done, 'ready')) await rename(path, pathOf(deps.home, id))
    })
    await clear((name) => name.startsWith(`${id}.`) && name.endsWith('.part'))
  }

  async function clear(isLeft: (name: string) => boolean): Promise<void> {
    for (const name of await readdir(folderOf(deps.home)).catch((): string[] => []))
      if (isLeft(name)) await rm(join(folderOf(deps.home), name), { force: true })
  }

  async function letGo(id: string): Promise<void> {
    await running.get(id)?.draft.leave()
    running.delete(id)
  }

  /** Files that no extract keeps go. */
  async function tidy(job: JobContext): Promise<void> {
    await store.endExpired(job.db, job.now)
    const kept = new Set(await store.keptFiles(job.db))
    for (const id of running.keys()) if (!kept.has(id)) await letGo(id)
    await clear((name) => !kept.has(name.slice(0, name.indexOf('.'))))
  }

  async function work(job: JobContext): Promise<void> {
    if (performance.now() - tidied > TIDY_MS) {
      tidied = performance.now()
      await tidy(job)
    }
    const next = await store.nextToMake(job.db)
    for (const id of running.keys()) if (id !== next?.id) await letGo(id)
    if (next === undefined) return
    if (next.state === 'waiting') await underEpoch(job.db, job.epoch, (trx) => store.noteReached(trx, { ...next, reached: next.reached }))
    try {
      await step(job, next)
    } catch (error) {
      await letGo(next.id)
      // Only the kind of fault is kept: messages of faults may quote what is in a record.
      const isRule = error instanceof Refusal
      const reason = isRule ? error.code : error instanceof Error && 'code' in error ? String(error.code) : 'fault'
      await underEpoch(job.db, job.epoch, (trx) => store.noteFailed(trx, { id: next.id, reason, most: isRule ? 0 : TRIES }))
    }
  }

  return {
    /**
     * Takes an extract on. Passphrases are told once, here, and kept nowhere.
     * @refuses not-found, disaster-not-open, disaster-area-empty, disaster-extract-area, disaster-extract-busy
     */
    async ask(ctx: Context, asked: AskedExtract): Promise<{ id: string; passphrases: { name: string; passphrase: string }[] }> {
      const { disaster, areas } = await areaOfExtract(ctx, { disasterId: asked.disasterId, asked: asked.areas })
      const unfinished = await store.countUnfinished(ctx.db)
      if (unfinished >= MOST_UNFINISHED) refuse('disaster-extract-busy', { count: String(unfinished) })
      const id = ulid(ctx.now.getTime())
      const expiresAt = endOf(disaster, asked.expiresAt)
      const passphrases = asked.names.map((name) => ({ name, passphrase: asked.passphrase ?? newPassphrase() }))
      const fileKey = randomBytes(32)
      const invited = passphrases.map((one) => ({ by: 'passphrase' as const, ...one, cost: deps.cost ?? SCRYPT_COST }))
      const openedBy = await inviteAll(fileKey, { id, expiresAt: expiresAt.toISOString() }, invited)
      const logKey = newLogKey()
      const keys = JSON.stringify({ fileKey: fileKey.toString('base64url'), logPem: logKey.privatePem } satisfies Keys)
      const sealer = await deps.seal()
      const madeBy = ctx.actor.kind === 'staff' ? ctx.actor : refuse('not-permitted')
      const who = { madeBy: madeBy.id, madeByName: madeBy.name, recipients: [...asked.names], logKey: logKey.publicPem }
      const secret = sealer ? sealer.seal(keys, owner(id)) : keys
      await store.insertExtract(ctx.db, {
        ...{ id, disasterId: disaster.id, areas, madeAt: ctx.now, expiresAt, ...who, state: 'waiting', secret, openedBy },
      })
      ctx.audit({ ...resourceOf(id), count: asked.names.length, rule: 'disaster' })
      return { id, passphrases: asked.passphrase === null ? passphrases : [] }
    },

    /** @refuses not-found */
    async view(ctx: Context, id: string): Promise<store.Extract> {
      const found = await own(ctx, id)
      ctx.audit({ ...resourceOf(id), count: 0 })
      return found
    },

    /** Stops it for now; what is written stays until it goes on or ends. @refuses not-found, disaster-extract-not-there */
    async stop(ctx: Context, id: string): Promise<void> {
      const found = await own(ctx, id)
      const moved = await store.moveExtract(ctx.db, { id: found.id, from: ['waiting', 'making'], to: 'stopped', reason: 'operator' })
      if (!moved) refuse('disaster-extract-not-there')
      ctx.audit(resourceOf(id))
    },

    /** Goes on from where it stopped. @refuses not-found, disaster-not-open, disaster-extract-not-there */
    async goOn(ctx: Context, id: string): Promise<void> {
      const found = await own(ctx, id)
      await areaOfExtract(ctx, { disasterId: found.disasterId, asked: found.areas })
      if (!(await store.moveExtract(ctx.db, { id: found.id, from: ['stopped'], to: 'waiting', reason: '' })))
        refuse('disaster-extract-not-there')
      ctx.audit(resourceOf(id))
    },

    /** Its file is deleted here; copies that left end by themselves. @refuses not-found, disaster-extract-not-there */
    async remove(ctx: Context, id: string): Promise<void> {
      const found = await own(ctx, id)
      const from = ['waiting', 'making', 'stopped', 'ready'] as const
      if (!(await store.moveExtract(ctx.db, { id: found.id, from, to: 'gone', reason: 'operator' }))) refuse('disaster-extract-not-there')
      await rm(pathOf(deps.home, id), { force: true })
      ctx.audit(resourceOf(id))
    },

    /** The encrypted file, in pieces. @refuses not-found, disaster-not-open, disaster-extract-not-there */
    async fetch(ctx: Context, id: string): Promise<{ bytes: number; pieces: AsyncIterable<Uint8Array> }> {
      const found = await own(ctx, id)
      const disaster = (await disasters.find(ctx, found.disasterId)) ?? refuse('not-found')
      if (found.state !== 'ready' || found.expiresAt <= ctx.now) refuse('disaster-extract-not-there')
      if (!isOpen(disaster, ctx.now)) refuse('disaster-not-open')
      const path = pathOf(deps.home, found.id)
      const { size } = await stat(path).catch(() => refuse('disaster-extract-not-there'))
      await store.noteFetched(ctx.db, { id: found.id, at: ctx.now })
      ctx.audit({ ...resourceOf(id), count: found.people ?? 0, rule: 'disaster' })
      return { bytes: size, pieces: createReadStream(path, { highWaterMark: 1 << 20 }) }
    },

    /** A step of whatever waits; for tests, too. */
    work,

    job: (): JobRow => ({
      kind: 'job',
      name: 'disaster.extract',
      everyMs: 500,
      apart: true,
      law: '災害救助法の適用などで開かれた地域での持ち出し（要確認: 弁護士）',
      summary: {
        ja: '災害時の持ち出しファイルを作り進め、期限の過ぎたものを消す',
        en: 'Carry extracts for disasters on, and delete those that ended',
      },
      run: work,
    }),
  }
}

/** What was left cannot be gone on with: its file is gone. */
function backToTheBeginning(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}
