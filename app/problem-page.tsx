import { type Actor, institutionNameIn } from '#kernel/context'
import type { Lang } from '#kernel/language'
import type { Refusal } from '#kernel/refusal'
import { LinkButton, type PageUser, ProblemPage, renderPage, staffNav, t, type Words } from '#ui'

type About = { refusal: Refusal; sentence: string; lang: Lang; actor: Actor; url: string; demo: boolean }

const title = { ja: '表示できません', en: 'This cannot be shown' }

/** Where each kind of caller goes on from a refusal. */
const home: Record<Actor['kind'], string> = { public: '/', citizen: '/me', staff: '/clinic', system: '/' }

/** Where trying again would not help. */
const advice: Partial<Record<Refusal['code'], Words>> = {
  'not-permitted': {
    ja: 'この操作ができる方に頼むか、ご自分のサインインで使える画面からお進みください。',
    en: 'Ask somebody who may do this, or go on from a page that your sign-in allows.',
  },
}

function userOf(actor: Actor, lang: Lang): PageUser | undefined {
  if (actor.kind === 'citizen') return { name: actor.name }
  return actor.kind === 'staff' ? { name: actor.name, detail: institutionNameIn(actor, lang) } : undefined
}

export function problemPage({ refusal, sentence, lang, actor, url, demo }: About): string {
  const [what, ...todo] = sentence.split(/(?<=。)|(?<=\.) /)
  return renderPage(
    <ProblemPage
      title={t(lang, title)}
      lang={lang}
      audience={actor.kind === 'staff' ? 'staff' : actor.kind === 'citizen' ? 'citizen' : 'public'}
      path={url}
      demo={demo}
      user={userOf(actor, lang)}
      nav={actor.kind === 'staff' ? staffNav(lang, null) : []}
      what={what}
      whatToDo={
        todo.length > 0
          ? todo.join(' ')
          : t(lang, advice[refusal.code] ?? { ja: '前の画面に戻ってやり直してください。', en: 'Go back and try again.' })
      }
      reference={refusal.detail.reference}
      action={<LinkButton href={home[actor.kind]}>{t(lang, { ja: 'はじめの画面へ', en: 'To the first page' })}</LinkButton>}
    />,
  )
}
