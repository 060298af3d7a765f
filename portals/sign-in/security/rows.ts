import { z } from 'zod'
import type { PersonService } from '#care/person'
import type { Context, Purpose } from '#kernel/context'
import { endAllSessions, endSessionById, listSessions } from '#kernel/identity'
import { refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type RouteRequest, type Row } from '#kernel/route'
import { attestation, attestationOf } from '../passkey/answers.ts'
import type { ChangeKind, Subject } from '../passkey/model.ts'
import { deviceLabel } from '../passkey/rules.ts'
import { keyOf } from '../passkey/rows.ts'
import { type PasskeyService, passkeyService } from '../passkey/service.ts'
import { isForm, LAW } from '../row-terms.ts'
import { safeNext } from '../rules.ts'
import type { StepUp } from './view.ts'

/** `base`: the page that holds the forms, to which they lead back; `who` has it. */
export type SecurityDeps = {
  base: string
  who: Subject['kind']
  why: Purpose
  stepUp: StepUp
  person: PersonService
  baseUrl: string
  demo: boolean
}

const named = z.object({ credentialId: z.string().min(1).max(1400) })
const renamed = named.extend({ label: z.string().max(200).default('') })
const made = z.object({ response: attestation, label: z.string().max(200).default(''), next: z.string().max(2000).optional() })
const device = z.object({ id: z.string().min(1).max(128) })

/** Whose page it is: the one who acts, also where they act for somebody else. */
export function subjectOf({ actor }: Context): Subject & { name: string } {
  return actor.kind === 'citizen' || actor.kind === 'staff' ? { kind: actor.kind, id: actor.id, name: actor.name } : refuse('not-permitted')
}

const back = (request: RouteRequest, redirect: string): Answer => (isForm(request) ? { redirect } : { json: { redirect } })

/** Rows behind the page of how somebody signs in: passkeys and devices. */
export function securityRows(deps: SecurityDeps): Row[] {
  const passkeys = passkeyService(deps)
  const note = async (ctx: Context, about: { resource: string }): Promise<void> =>
    ctx.audit({ ...about, ...(await keyOf(ctx, deps.person, subjectOf(ctx))) })
  return [...ownPasskeyRows(deps, passkeys, note), ...deviceRows(deps, passkeys, note)]
}

type Note = (ctx: Context, about: { resource: string }) => Promise<void>

function ownPasskeyRows({ base, who, why, stepUp }: SecurityDeps, passkeys: PasskeyService, note: Note): Row[] {
  const write = { kind: 'write', method: 'POST', who: [who], why: [why], law: LAW } as const
  const strict = { ...write, stepUp }
  return [
    {
      ...strict,
      kind: 'read',
      path: `${base}/passkeys/options`,
      audit: 'passkey.options',
      summary: { ja: '新しいパスキーのための文字列を受け取る', en: 'Get the challenge for a new passkey' },
      handle: async (ctx) => {
        const { name, ...subject } = subjectOf(ctx)
        await note(ctx, { resource: 'Passkey?' })
        const about = {
          subject,
          userName: name,
          displayName: name,
          use: 'new',
          holder: ctx.session?.id ?? refuse('not-permitted'),
        } as const
        return { json: await passkeys.enrolmentOptions(ctx, about) }
      },
    },
    {
      ...strict,
      path: `${base}/passkeys`,
      audit: 'passkey.add',
      schema: made,
      summary: { ja: 'パスキーを追加する', en: 'Add a passkey' },
      handle: async (ctx, request) => {
        const { name: _name, ...subject } = subjectOf(ctx)
        const { response, label, next } = bodyOf(request, made)
        const holder = ctx.session?.id ?? refuse('not-permitted')
        const about = { subject, use: 'new', holder, response: attestationOf(response) } as const
        await passkeys.enrol(ctx, { ...about, label: label.trim() || deviceLabel(request.headers['user-agent']) })
        await note(ctx, { resource: 'Passkey?' })
        return back(request, safeNext(next, base))
      },
    },
    {
      ...write,
      path: `${base}/passkeys/rename`,
      audit: 'passkey.rename',
      schema: renamed,
      summary: { ja: 'パスキーの名前を変える', en: 'Rename a passkey' },
      handle: async (ctx, request) => {
        await passkeys.rename(ctx, { subject: subjectOf(ctx), ...bodyOf(request, renamed) })
        await note(ctx, { resource: 'Passkey?' })
        return back(request, base)
      },
    },
    {
      ...strict,
      path: `${base}/passkeys/remove`,
      audit: 'passkey.remove',
      schema: named,
      summary: { ja: 'パスキーを取り消す', en: 'Remove a passkey' },
      handle: async (ctx, request) => {
        await passkeys.remove(ctx, { subject: subjectOf(ctx), ...bodyOf(request, named) })
        await note(ctx, { resource: 'Passkey?' })
        return back(request, base)
      },
    },
  ]
}

/** Ending a device asks for no proof: whoever does it can only close what was open. */
function deviceRows({ base, who, why }: SecurityDeps, passkeys: PasskeyService, note: Note): Row[] {
  const write = { kind: 'write', method: 'POST', who: [who], why: [why], law: LAW } as const
  const told = (ctx: Context, what: ChangeKind, label: string) => passkeys.note(ctx, { subject: subjectOf(ctx), what, label })
  return [
    {
      ...write,
      path: `${base}/devices/end`,
      audit: 'session.end',
      schema: device,
      summary: { ja: '端末を1つサインアウトさせる', en: 'Sign out one device' },
      handle: async (ctx, request) => {
        const { id } = bodyOf(request, device)
        const subject = subjectOf(ctx)
        const known = (await listSessions(ctx.db, ctx.now, subject)).find((one) => one.id === id)
        if (!(await endSessionById(ctx.db, ctx.now, subject, id))) refuse('not-found')
        await told(ctx, 'device-ended', known?.label ?? '')
        await note(ctx, { resource: 'Session?' })
        return id === ctx.session?.id ? { ...back(request, '/'), setSession: null } : back(request, base)
      },
    },
    {
      ...write,
      path: `${base}/devices/end-others`,
      audit: 'session.end',
      summary: { ja: 'ほかの端末をすべてサインアウトさせる', en: 'Sign out all other devices' },
      handle: async (ctx, request) => {
        const count = await endAllSessions(ctx.db, ctx.now, subjectOf(ctx), ctx.session?.id ?? null)
        if (count > 0) await told(ctx, 'devices-ended', String(count))
        await note(ctx, { resource: 'Session?' })
        return back(request, base)
      },
    },
  ]
}
