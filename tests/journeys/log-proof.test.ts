/** A person takes the proof of who looked home, a witness elsewhere signs the log, and both find out an operator who changes it. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lead } from '#kernel/leader'
import { rememberLogKey } from '#kernel/log-proof'
import { startSession } from '#kernel/identity'
import { sequence } from '#kernel/sequencer'
import { readLogKey } from '#packages/log-proof'
import { typed } from '../../app/cli/io.fixture.ts'
import { logKey } from '../../app/log/log.fixture.ts'
import { witnessFolder } from '../../app/log/witness.ts'
import { openServed, type Served } from '../harness/served.ts'

const home = mkdtempSync(join(tmpdir(), 'enishi-at-home-'))
const operator = logKey()
let served: Served
let cookie = ''

beforeAll(async () => {
  const { publicKeyPem } = await witnessFolder(join(home, 'witness'))
  served = await openServed({ witnesses: [readLogKey(publicKeyPem)!] })
  writeFileSync(join(home, 'operator.pem'), operator.pem)
  await rememberLogKey(served.db, new Date(), operator)
  const key = await served.enter()
  const { personId } = (await served.services.person.findByKey({ db: served.db }, key).then((p) => p && { personId: p.id }))!
  cookie = `enishi_session=${await startSession(served.db, new Date(), { kind: 'citizen', id: personId, provenBy: 'card' })}`
}, 120_000)
afterAll(() => served?.close())

const say = (...words: string[]) => typed(words, { cwd: home, lang: 'en', env: {} })
const get = (path: string, accept = 'text/html') => fetch(`${served.origin}${path}`, { headers: { cookie, accept } })
const sign = async () => sequence(served.db, { epoch: (await lead(served.db, 'test'))!.epoch, now: new Date(), signer: operator })
const watch = () => say('witness', served.origin, '--folder', 'witness', '--once')

test('a log nobody touched: the witness signs, the person checks at home', async () => {
  expect((await get('/me/record')).status).toBe(200)
  await sign()
  expect(await watch()).toMatchObject({ exit: 0, out: expect.stringMatching(/co-signed the state of \d+ entries/) })
  const page = await (await get('/me/access-log/proof')).text()
  expect(page).toContain('書き換えられていないかを確かめる')
  writeFileSync(join(home, 'own.ndjson'), await (await get('/me/access-log/proof/download', '*/*')).text())
  const checked = await say('verify-log', 'own.ndjson', '--key', 'operator.pem', '--witness-key', 'witness/witness-key.pub.pem')
  expect([checked.exit, checked.out]).toEqual([0, expect.stringMatching(/[1-9]\d* entries.*0 problems\nCo-signed by:/)])
})

test('only a witness that the operator named may sign', async () => {
  const stranger = await say('witness', served.origin, '--folder', 'stranger', '--once')
  expect(stranger).toMatchObject({ exit: 2, err: expect.stringContaining('403') })
})

test('an operator who drops an entry and signs a new log is found out, with both signatures as evidence', async () => {
  await sql`truncate kernel.audit_node, kernel.audit_checkpoint`.execute(served.db)
  await sql`delete from kernel.audit where id in (select id from kernel.audit order by id limit 1)`.execute(served.db)
  await sql`update kernel.audit set leaf_index = null`.execute(served.db)
  for (let i = 0; i < 3; i++) await get('/me/record')
  await sign()
  const seen = await watch()
  expect(seen).toMatchObject({ exit: 1, out: expect.stringMatching(/ALARM: .*Nothing is signed\. Evidence: /) })
  const evidence = JSON.parse(readFileSync(/Evidence: (.*)$/.exec(seen.out)![1]!, 'utf8')) as { had: object; shown: object }
  expect([evidence.had, evidence.shown]).toEqual([
    expect.objectContaining({ keyId: operator.keyId }),
    expect.objectContaining({ keyId: operator.keyId }),
  ])
})
