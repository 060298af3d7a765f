/** Staff of several places say where they work now. What they see and do from then on is that place's. */
import { z } from 'zod'
import { type Workplace, workplacesOf } from '#care/person'
import type { Context } from '#kernel/context'
import { setActsFor } from '#kernel/identity'
import { refuse } from '#kernel/refusal'
import { type Answer, bodyOf, type RouteRequest, type Row } from '#kernel/route'
import { Button, ButtonRow, Form, Page, RadioGroup, renderPage, t } from '#ui'
import { type About, frame, homeOfStaff, roleWords } from '../page-frame.tsx'
import { isForm, LAW, type SignInDeps } from '../row-terms.ts'
import { safeNext } from '../rules.ts'

type View = { workplaces: readonly Workplace[]; current: string | null; next: string | null }

const chosen = z.object({ workplace: z.string().min(1).max(128), next: z.string().max(2000).optional() })

/** 'Where are you today?' */
export function workplacePage(about: About, { workplaces, current, next }: View): string {
  const { lang } = about
  const nameOf = (one: Workplace) => (lang === 'en' && one.institutionNameEn) || one.institutionName
  return renderPage(
    <Page
      {...frame(about)}
      audience="staff"
      title={t(lang, { ja: 'いま、どちらで働いていますか', en: 'Where are you working now?' })}
      lead={t(lang, {
        ja: '選んだ勤務先の患者だけが見え、記録にもその勤務先の名前が残ります。あとから変えられます。',
        en: 'You see the patients of the place you choose, and the log names that place. You can change it later.',
      })}
    >
      <Form
        action="/sign-in/workplace"
        hidden={next === null ? {} : { next }}
        label={t(lang, { ja: '勤務先を選ぶ', en: 'Choose the place' })}
      >
        <RadioGroup
          lang={lang}
          name="workplace"
          label={t(lang, { ja: '勤務先', en: 'Place of work' })}
          value={current ?? workplaces[0]?.id ?? ''}
          options={workplaces.map((one) => ({
            value: one.id,
            label: nameOf(one),
            hint: [t(lang, roleWords(one.role)), one.department].filter(Boolean).join(' ・ '),
          }))}
        />
        <ButtonRow>
          <Button variant="primary" size="large">
            {t(lang, { ja: 'ここで働く', en: 'Work here' })}
          </Button>
        </ButtonRow>
      </Form>
    </Page>,
  )
}

/** The caller's places, and which of them counts now. @refuses not-permitted for anybody but staff in a browser */
async function mine(ctx: Context): Promise<{ workplaces: Workplace[]; current: string | null; sessionId: string }> {
  const { actor, session } = ctx
  if (actor.kind !== 'staff' || session === undefined) return refuse('not-permitted')
  const workplaces = await workplacesOf(ctx.db, ctx.now, actor.id)
  const current = workplaces.find((one) => one.id === session.actsFor)?.id ?? null
  return { workplaces, current, sessionId: session.id }
}

async function choose(ctx: Context, request: RouteRequest): Promise<Answer> {
  const { workplace, next } = bodyOf(request, chosen)
  const { workplaces, sessionId } = await mine(ctx)
  const place = workplaces.find((one) => one.id === workplace) ?? refuse('workplace-unknown')
  const before = ctx.actor.kind === 'staff' ? ctx.actor : refuse('not-permitted')
  await setActsFor(ctx.db, sessionId, place.id)
  ctx.audit({ resource: `Staff/${before.id}`, rule: `workplace ${place.institutionNumber} ${place.role}` })
  const home = homeOfStaff(place.role)
  // A page of another role's portal would only refuse: whoever changes their role begins on the first page of it.
  const redirect = place.role === before.role ? safeNext(next, home) : home
  return isForm(request) ? { redirect } : { json: { redirect } }
}

export function workplaceRows({ demo }: Pick<SignInDeps, 'demo'>): Row[] {
  const staff = { who: ['staff'], why: ['HOPERAT'], law: LAW, audit: 'staff.workplace' } as const
  return [
    {
      kind: 'read',
      method: 'GET',
      path: '/sign-in/workplace',
      ...staff,
      summary: { ja: 'いま働いている勤務先を選ぶ画面', en: 'Page where staff say where they work now' },
      handle: async (ctx, request) => {
        const { workplaces, current } = await mine(ctx)
        const view = { workplaces, current, next: safeNext(request.query.get('next'), '') || null }
        const about = { lang: ctx.lang, path: request.url, actor: ctx.actor, demo }
        return { json: { workplaces, current }, page: () => workplacePage(about, view) }
      },
    },
    {
      kind: 'write',
      method: 'POST',
      path: '/sign-in/workplace',
      ...staff,
      schema: chosen,
      summary: { ja: 'いま働いている勤務先を選ぶ', en: 'Choose where one works now' },
      handle: choose,
    },
  ]
}
