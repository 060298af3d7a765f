/** Which outside sign-in leads to a member of staff: entered and ended by who keeps their entry. */
import { type Finding, registers, type StaffEntry } from '#care/person'
import type { Context } from '#kernel/context'
import { Refusal, refusalRow, refusalSentence } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { wantsJson } from '#kernel/serve'
import { dropOutsideLink, enterOutsideLink, type OutsideLink, outsideLinksOf, type OutsideSettings } from '#portals/sign-in'
import { Button, ButtonRow, EmptyState, ErrorSummary, Form, renderPage, Section, Table, Time, t } from '#ui'
import { again, controls, type Draft, errorsOf, fields, led, noDraft, typedIn } from './form.tsx'
import { OperatorPage, type PageOf, pageOf } from './frame.tsx'
import { forKeepers, provenToAct } from './row-terms.ts'
import { staffCrumbs, staffHref } from './staff-parts.tsx'

type Provider = Pick<OutsideSettings, 'issuer' | 'name' | 'claim'>
type Deps = { demo: boolean; outside: Provider }
type Shown = { staff: StaffEntry; provider: Provider; links: readonly OutsideLink[]; draft: Draft }

function outsidePage(on: PageOf, { staff, provider, links, draft }: Shown): string {
  const { lang } = on
  const { name, issuer, claim } = provider
  const { input } = controls({ lang, draft })
  const title = t(lang, { ja: `${name.ja}との結び付き`, en: `Link with ${name.en}` })
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/facilities"
      title={title}
      lead={t(lang, {
        ja: `${staff.name}さんが${name.ja}でサインインできるようにします。相手側の番号を取り違えると、別の人が入れるようになります。`,
        en: `Lets ${staff.nameEn || staff.name} sign in with ${name.en}. A wrong number there lets somebody else in.`,
      })}
      hasErrors={draft.errors.length > 0}
      breadcrumbs={[...staffCrumbs(lang), { href: staffHref(staff.id), label: staff.name }]}
    >
      <ErrorSummary lang={lang} errors={draft.errors} />
      <Table
        lang={lang}
        caption={title}
        captionHidden
        rows={links}
        rowKey={(link) => `${link.issuer} ${link.subject}`}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだ結び付いていません', en: 'Not linked yet' })} />}
        columns={[
          { key: 'subject', header: t(lang, { ja: '相手側の番号', en: 'Number there' }), cell: (link) => link.subject },
          {
            key: 'issuer',
            header: t(lang, { ja: '発行元', en: 'Issuer' }),
            cell: (link) => (link.issuer === issuer ? name[lang] : link.issuer),
          },
          {
            key: 'since',
            header: t(lang, { ja: '結び付けた日', en: 'Linked' }),
            cell: (link) => <Time value={link.linkedAt} lang={lang} />,
          },
          {
            key: 'end',
            header: t(lang, { ja: '操作', en: 'Action' }),
            cell: (link) => (
              <Form
                action={staffHref(staff.id, '/outside/end')}
                hidden={{ issuer: link.issuer, subject: link.subject }}
                label={t(lang, { ja: '結び付きを終わらせる', en: 'Unlink' })}
              >
                <Button variant="danger">{t(lang, { ja: '結び付きを終わらせる', en: 'Unlink' })}</Button>
              </Form>
            ),
          },
        ]}
      />
      <Section
        title={t(lang, { ja: '番号を登録する', en: 'Enter a number' })}
        lead={t(lang, { ja: '本人に渡す招待状からも結び付けられます。', en: 'The person can link it by an invitation too.' })}
      >
        <Form action={staffHref(staff.id, '/outside')} label={t(lang, { ja: '番号を登録する', en: 'Enter a number' })}>
          {input(
            'subject',
            { ja: `相手側の番号（${claim}）`, en: `Number there (${claim})` },
            { width: 'medium', maxLength: 255, required: true },
          )}
          <ButtonRow>
            <Button variant="primary">{t(lang, { ja: '結び付ける', en: 'Link' })}</Button>
          </ButtonRow>
        </Form>
      </Section>
    </OperatorPage>,
  )
}

async function one(ctx: Context, request: RouteRequest, deps: Deps, draft: Draft = noDraft): Promise<Answer> {
  const staff = await registers.staff.own(ctx, request.params.id ?? '')
  const links = await outsideLinksOf(ctx.db, { kind: 'staff', id: staff.id })
  ctx.audit({ resource: `Staff/${staff.id}` })
  return { json: { links }, page: () => outsidePage(pageOf(ctx, request, deps), { staff, provider: deps.outside, links, draft }) }
}

const EMPTY: Finding = { field: 'subject', ja: '相手側の番号を入力してください。', en: 'Enter the number there.' }

async function enter(ctx: Context, request: RouteRequest, deps: Deps): Promise<Answer> {
  const staff = await registers.staff.own(ctx, request.params.id ?? '')
  const subject = typedIn(request).text('subject')
  const draft = (errors: Draft['errors']): Draft => ({ values: { subject }, errors })
  if (subject === '' || subject.length > 255)
    return again(ctx, request, { findings: [EMPTY], page: (await one(ctx, request, deps, draft(errorsOf([EMPTY], ctx.lang)))).page! })
  const { issuer, name } = deps.outside
  const by = ctx.actor.kind === 'public' ? '' : ctx.actor.id
  try {
    await enterOutsideLink(ctx, { kind: 'staff', id: staff.id }, { issuer, subject, by, label: name.ja })
  } catch (error) {
    if (!(error instanceof Refusal) || wantsJson(request.headers.accept)) throw error
    ctx.audit({ outcome: error.code })
    const answer = await one(ctx, request, deps, draft([{ name: 'subject', message: refusalSentence(error, ctx.lang) }]))
    return { ...answer, status: refusalRow(error.code).status }
  }
  await registers.staff.note(ctx, staff, 'staff.outside-link')
  return led(request, staffHref(staff.id, '/outside'))
}

async function end(ctx: Context, request: RouteRequest, { outside }: Deps): Promise<Answer> {
  const staff = await registers.staff.own(ctx, request.params.id ?? '')
  const typed = typedIn(request)
  const which = { issuer: typed.text('issuer'), subject: typed.text('subject'), label: outside.name.ja }
  await dropOutsideLink(ctx, { kind: 'staff', id: staff.id }, which)
  await registers.staff.note(ctx, staff, 'staff.outside-unlink')
  return led(request, staffHref(staff.id, '/outside'))
}

export function outsideStaffRows(deps: Deps): Row[] {
  const act = { kind: 'write', method: 'POST', schema: fields, ...forKeepers, ...provenToAct } as const
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/operator/staff/:id/outside',
      ...forKeepers,
      audit: 'operator.staff',
      summary: { ja: '職員と外部のサインインの結び付き', en: 'Links of a member of staff with an outside sign-in' },
      handle: (ctx, request) => one(ctx, request, deps),
    },
    {
      ...act,
      path: '/operator/staff/:id/outside',
      audit: 'staff.outside-link',
      summary: { ja: '職員に外部のサインインを結び付ける', en: 'Link an outside sign-in to a member of staff' },
      handle: (ctx, request) => enter(ctx, request, deps),
    },
    {
      ...act,
      path: '/operator/staff/:id/outside/end',
      audit: 'staff.outside-unlink',
      summary: { ja: '職員と外部のサインインの結び付きを終わらせる', en: 'End a link with an outside sign-in' },
      handle: (ctx, request) => end(ctx, request, deps),
    },
  ]
}
