/** What opening again would change, before the click: as with closing. */
import type { ReactNode } from 'react'
import { type Closure, whatIsClosed } from '#care/consent'
import type { Context } from '#kernel/context'
import type { Lang, Sentence } from '#kernel/language'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { Button, ButtonRow, Form, Ja, LinkButton, Section, t } from '#ui'
import { type About, citizenPage } from '../frame.tsx'
import type { CitizenDeps } from '../routes.tsx'
import { aboutOf, citizenOf, noteOwn } from '../self.ts'
import { effectsOn, type InstitutionEffects } from './closing-check.tsx'
import { Effects } from './effects.tsx'

const PLACE = '/me/consents/closing'
const LAW = '個人情報の保護に関する法律 第27条（本人の同意。条項は要確認: 弁護士）'

const titles: Record<ReturnType<typeof whatIsClosed>, Sentence> = {
  everything: { ja: 'あなたの記録を、また見せられるようにしますか', en: 'Open your record again?' },
  institution: { ja: 'この医療機関に、また見せられるようにしますか', en: 'Open your record to this institution again?' },
  item: { ja: 'この記録を、また見せられるようにしますか', en: 'Open this item again?' },
}

type View = { closure: Closure; named: string; effects: readonly InstitutionEffects[] }

function Whom({ effects, lang }: { effects: readonly InstitutionEffects[]; lang: Lang }): ReactNode {
  if (effects.length > 0)
    return effects.map((one) => <Effects key={one.institution} institution={one.institution} effects={one.effects} lang={lang} />)
  return (
    <p>
      {t(lang, {
        ja: 'いま同意している医療機関はないため、すぐに見える相手はいません。これから同意した医療機関には見えます。',
        en: 'No consent holds now, so nobody sees anything at once. Institutions you agree to from now on will.',
      })}
    </p>
  )
}

function reopenPage(about: About, { closure, named, effects }: View): string {
  const { lang } = about
  return citizenPage(about, {
    here: '/me/consents',
    title: t(lang, titles[whatIsClosed(closure)]),
    breadcrumbs: [
      { href: '/me/consents', label: t(lang, { ja: '同意', en: 'Consents' }) },
      { href: PLACE, label: t(lang, { ja: '見せない設定', en: 'Keep it closed' }) },
    ],
    children: (
      <>
        {named === '' ? null : (
          <p>
            <strong>
              <Ja>{named}</Ja>
            </strong>
          </p>
        )}
        <Whom effects={effects} lang={lang} />
        {closure.absolute ? (
          <Section title={t(lang, { ja: '命が危ないとき', en: 'Where life is at stake' })}>
            <p>
              {t(lang, {
                ja: '意識がないときや災害のときに限って、理由を残したうえで見られるようになります。見たことは「誰が見たか」に残ります。',
                en: 'Where you are unconscious, or in a disaster, staff may look again, with a reason on record. It stands in ‘Who looked’.',
              })}
            </p>
          </Section>
        ) : null}
        <div className="section">
          <Form action={`${PLACE}/${encodeURIComponent(closure.closureId)}/reopen`}>
            <ButtonRow>
              <Button variant="primary">{t(lang, { ja: 'また見せられるようにする', en: 'Open it again' })}</Button>
              <LinkButton href={PLACE}>{t(lang, { ja: '見せないままにする', en: 'Keep it closed' })}</LinkButton>
            </ButtonRow>
          </Form>
        </div>
      </>
    ),
  })
}

async function check(ctx: Context, request: RouteRequest, deps: CitizenDeps): Promise<Answer> {
  const closures = await deps.consent.closing.list(ctx, citizenOf(ctx).keys)
  const closure = closures.find((one) => one.closureId === request.params.id && one.endedAt === null) ?? refuse('not-found')
  noteOwn(ctx, { resource: `Consent/${closure.closureId}` })
  const { effects, named } = await effectsOn(ctx, deps, { about: closure, change: { do: 'reopen', closureId: closure.closureId } })
  return { json: { effects }, page: () => reopenPage(aboutOf(ctx, request, deps), { closure, named, effects }) }
}

export const reopenCheckRow = (deps: CitizenDeps): Row => ({
  kind: 'read',
  method: 'GET',
  path: `${PLACE}/:id/reopen`,
  who: ['citizen'],
  why: ['PATRQT'],
  audit: 'citizen.closing',
  law: LAW,
  summary: { ja: 'また見せられるようにすると何が変わるか', en: 'What opening again would change' },
  handle: (ctx, request) => check(ctx, request, deps),
})
