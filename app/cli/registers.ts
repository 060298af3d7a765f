import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Finding, facilityKinds, isDay, type NewStaff, plainNumber, registers, type Saved, staffRoles } from '#care/person'
import { auditEntry } from '#kernel/audit-entry'
import type { AuditEntry } from '#kernel/audit-event'
import { insertAudit } from '#kernel/audit'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { addDays, dateInJapan } from '#kernel/japan'
import { Refusal, refusalSentence } from '#kernel/refusal'
import { issueStaffInvitation, spacedToken } from '#portals/sign-in'
import { type Arguments, EXIT, type Exit, type Io, Stop } from './command.ts'
import { configOf, databaseNow, upToDate, withDatabase } from './platform.ts'

const LAW = '医療情報システムの安全管理に関するガイドライン 利用者とシステムの登録・権限の管理（章は要確認: 弁護士）'

/** Whoever has the machine's shell and the database keeps every register. */
const ACTOR = { kind: 'staff', id: 'command-line', role: 'operator', institutionNumber: '', institutionName: '', name: 'enishi' } as const

const wrongUse = (form: string): Stop => new Stop(EXIT.couldNotRun, { ja: `使い方：${form}`, en: `Usage: ${form}` })

/** Runs work as the operator, in one transaction that keeps its audit entries, or leaves nothing. */
async function asOperator<T>(io: Io, action: string, work: (ctx: Context, baseUrl: string) => Promise<T>): Promise<T> {
  const config = configOf(io)
  return withDatabase(config, async (db) => {
    await upToDate(db, config)
    const now = await databaseNow(db)
    try {
      return await db.transaction().execute((trx) => noted(trx, { now, action }, (ctx) => work(ctx, config.baseUrl)))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      throw new Stop(EXIT.refused, { ja: refusalSentence(error, 'ja'), en: refusalSentence(error, 'en') })
    }
  })
}

async function noted<T>(db: Db, about: { now: Date; action: string }, work: (ctx: Context) => Promise<T>): Promise<T> {
  const entries: AuditEntry[] = []
  const who = { ...about, actor: ACTOR, purpose: 'HOPERAT' as const, requestId: ulid(about.now.getTime()), law: LAW }
  const done = await work({
    ...who,
    lang: 'ja',
    db,
    sessionId: null,
    audit: (event) => void entries.push(auditEntry(event, who)),
    tell: () => undefined,
  })
  await insertAudit(db, entries)
  return done
}

function kept<T>(io: Io, done: Saved<T>): T {
  if ('saved' in done) return done.saved
  for (const f of done.findings) io.out(`${optionOf(f)}: ${f[io.lang]}`)
  throw new Stop(EXIT.refused, { ja: '何も登録していません。', en: 'Nothing was registered.' })
}

/** What somebody typed where a field is wrong. */
const optionOf = ({ field }: Finding): string => `--${field.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`

/** `facility add NUMBER --kind --name`: a facility in the register. */
export async function facility({ operands, values }: Arguments, io: Io): Promise<Exit> {
  const [act, number] = operands
  if (act !== 'add' || number === undefined)
    throw wrongUse('facility add NUMBER --kind hospital|clinic|... --name TEXT [--name-en TEXT] [--from YYYY-MM-DD]')
  const institutionNumber = plainNumber(number)
  const saved = await asOperator(io, 'facility.enter', async (ctx) =>
    kept(
      io,
      await registers.facilities.enter(ctx, {
        institutionNumber,
        kind: facilityKinds.find((kind) => kind === values.kind) ?? ('' as 'clinic'),
        name: values.name ?? '',
        nameEn: values['name-en'] ?? '',
        prefecture: institutionNumber.slice(0, 2),
        postalCode: '',
        address: values.address ?? '',
        phone: '',
        from: values.from ?? dateInJapan(ctx.now),
        until: null,
      }),
    ),
  )
  io.out(
    io.lang === 'ja' ? `登録しました：${saved.institutionNumber} ${saved.name}` : `Registered: ${saved.institutionNumber} ${saved.name}`,
  )
  return EXIT.fine
}

function staffOf({ values }: Arguments, day: string): Omit<NewStaff, 'loginName'> {
  const role = staffRoles.find((one) => one === values.role) ?? ('' as NewStaff['role'])
  const licensed = role === 'physician' || role === 'dentist' || role === 'pharmacist' || role === 'nurse'
  const number = values['licence-number']
  const from = values.from !== undefined && isDay(values.from) ? values.from : day
  return {
    institutionNumber: plainNumber(values.facility ?? ''),
    name: values.name ?? '',
    nameKana: values['name-kana'] ?? '',
    nameEn: values['name-en'] ?? '',
    role,
    department: '',
    from,
    until: null,
    licence: licensed && number !== undefined ? { kind: role, number, from: values['licence-from'] ?? '', until: null } : null,
  }
}

/** `staff invite LOGIN`: somebody new, or a new invitation for somebody known. Prints the link once. */
export async function staff(given: Arguments, io: Io): Promise<Exit> {
  const [act, loginName] = given.operands
  if (act !== 'invite' || loginName === undefined)
    throw wrongUse('staff invite LOGIN-NAME --facility NUMBER --role ROLE --name TEXT [--licence-number N --licence-from DAY]')
  const { token, link } = await asOperator(io, 'staff.invite', async (ctx, baseUrl) => {
    const known = (await registers.staff.list(ctx, { institutionNumber: null, text: loginName, limit: 50, offset: 0 })).find(
      (one) => one.loginName === loginName,
    )
    const id = known?.id ?? kept(io, await registers.staff.enter(ctx, { loginName, ...staffOf(given, dateInJapan(ctx.now)) }))
    const issued = await issueStaffInvitation(ctx, { staffId: id, by: ACTOR.id })
    await registers.staff.note(ctx, await registers.staff.get(ctx, id), 'staff.invite')
    return { token: spacedToken(issued), link: `${baseUrl}/sign-in/invitation/${issued}` }
  })
  io.out(link)
  io.err(
    io.lang === 'ja'
      ? `招待コード ${token}　本人だけに渡してください。一度だけ、72時間使えます。`
      : `Code ${token}. Give it to that person alone; it works once, for 72 hours.`,
  )
  return EXIT.fine
}

const keysIn = (io: Io, path: string): Promise<string> =>
  readFile(resolve(io.cwd, path), 'utf8').catch(() => {
    throw new Stop(EXIT.couldNotRun, {
      ja: `${path} を読めません。場所を確かめてください。`,
      en: `${path} cannot be read. Check the path.`,
    })
  })

/** A week of both keys, where nobody says otherwise: systems are changed on a day of work. */
const OVERLAP_DAYS = 7

/** `client rotate-key ID --jwks FILE`: the next key of a system or an app, and the last day of those in use. */
async function rotateKey({ values }: Arguments, io: Io, clientId: string): Promise<Exit> {
  const pasted = await keysIn(io, values.jwks ?? '')
  const oldUntil = await asOperator(io, 'client.key-add', async (ctx) => {
    const until = values['old-until'] ?? addDays(dateInJapan(ctx.now), OVERLAP_DAYS)
    const isApp = (await registers.apps.list(ctx)).some((app) => app.clientId === clientId)
    kept(io, await (isApp ? registers.apps : registers.clients).addKeys(ctx, clientId, pasted, until))
    return until
  })
  io.out(
    io.lang === 'ja'
      ? `加えました：${clientId}。前の鍵は ${oldUntil} まで使えます。`
      : `Added: ${clientId}. The keys before it work until the end of ${oldUntil}.`,
  )
  return EXIT.fine
}

/** `client add ID --facility --jwks FILE`: a facility's system with its public keys; `client rotate-key ID --jwks FILE` the next one. */
export async function client(given: Arguments, io: Io): Promise<Exit> {
  const { operands, values } = given
  const [act, clientId] = operands
  if (act === 'rotate-key' && clientId !== undefined && values.jwks !== undefined) return rotateKey(given, io, clientId)
  if (act !== 'add' || clientId === undefined || values.jwks === undefined)
    throw wrongUse(
      'client add ID --facility NUMBER --name TEXT --jwks FILE [--scopes "system/*.cruds"] [--binding any|mtls|dpop] / client rotate-key ID --jwks FILE [--old-until YYYY-MM-DD]',
    )
  const keys = await keysIn(io, values.jwks)
  await asOperator(io, 'client.enter', async (ctx) =>
    kept(
      io,
      await registers.clients.enter(ctx, {
        clientId,
        institutionNumber: plainNumber(values.facility ?? ''),
        name: values.name ?? clientId,
        scopes: (values.scopes ?? 'system/*.cruds').split(/\s+/).filter(Boolean),
        binding: (['any', 'mtls', 'dpop'] as const).find((one) => one === values.binding) ?? 'any',
        certificateSubject: values['certificate-subject'] ?? null,
        keys,
      }),
    ),
  )
  io.out(io.lang === 'ja' ? `登録しました：${clientId}` : `Registered: ${clientId}`)
  return EXIT.fine
}
