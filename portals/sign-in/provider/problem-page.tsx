/** Why a launch of an app could not go on, where there is no app to go back to. */
import type { Sentence } from '#kernel/language'
import { ProblemPage, renderPage, t } from '#ui'
import { type About, frame } from '../page-frame.tsx'

export type LaunchProblem = 'request' | 'over' | 'wrong-kind-citizen' | 'wrong-kind-staff' | 'no-patient' | 'not-for-you'

const what: Record<LaunchProblem, Sentence> = {
  request: { ja: 'アプリからの依頼に誤りがあり、進めません。', en: 'The app’s request is not right, so this cannot go on.' },
  over: {
    ja: 'この手続きは終わっているか、30分を過ぎたか、別のブラウザーで始められました。',
    en: 'This was finished, was left for more than 30 minutes, or was started in another browser.',
  },
  'wrong-kind-citizen': { ja: 'これは、ご本人が使うアプリです。', en: 'This app is for people themselves.' },
  'wrong-kind-staff': { ja: 'これは、医療機関の職員が使うアプリです。', en: 'This app is for staff of institutions.' },
  'no-patient': { ja: 'このアプリは、患者を選んでから使います。', en: 'This app needs a patient to be chosen first.' },
  'not-for-you': {
    ja: 'このアプリが求めるものは、今のサインインでは渡せません。',
    en: 'Nothing that this app asks for can be given with your sign-in.',
  },
}
const whatToDo: Record<LaunchProblem, Sentence> = {
  request: { ja: 'アプリを作った人に、下の内容を伝えてください。', en: 'Tell the maker of the app what is written below.' },
  over: { ja: 'アプリに戻り、初めからやり直してください。', en: 'Go back to the app and start again.' },
  'wrong-kind-citizen': {
    ja: '職員としてのサインインを終えてから、アプリを初めからやり直してください。',
    en: 'Sign out as staff, then start the app again.',
  },
  'wrong-kind-staff': {
    ja: 'ご本人としてのサインインを終えてから、アプリを初めからやり直してください。',
    en: 'Sign out, then start the app again and sign in as staff.',
  },
  'no-patient': {
    ja: '診療の画面で患者を開き、そこからアプリを始めてください。',
    en: 'Open the patient in the clinic’s pages and start the app from there.',
  },
  'not-for-you': { ja: 'アプリを作った人に問い合わせてください。', en: 'Ask the maker of the app.' },
}

/** @param detail in OAuth's own words, for the maker of the app; null where it says nothing more */
export function launchProblemPage(about: About, problem: LaunchProblem, detail: string | null): string {
  const { lang } = about
  return renderPage(
    <ProblemPage
      {...frame(about)}
      title={t(lang, { ja: 'アプリを始められませんでした', en: 'The app could not be started' })}
      what={t(lang, what[problem])}
      whatToDo={t(lang, whatToDo[problem])}
      action={detail === null ? null : <code>{detail}</code>}
    />,
  )
}
