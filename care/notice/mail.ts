/** Signs by mail: the same few words as to a browser. Who reads along learns that somebody uses the platform, and nothing more. */
import type { Mailer } from '#kernel/mail'
import type { Channel } from './model.ts'
import type { Tried } from './rules.ts'

const letters = {
  ja: {
    asked: {
      subject: '縁：このアドレスにお知らせを送ってよいか、確かめてください',
      text: (link: string) =>
        `縁（えにし）の設定で、このアドレスにお知らせを送るよう登録されました。\n\nご自身で登録した場合は、24時間以内に次のページを開いてください（サインインが必要です）。\n${link}\n\n心あたりがなければ、何もしないでください。このアドレスには、もう何も届きません。\n`,
    },
    live: {
      subject: '縁：新しいお知らせがあります',
      text: (link: string) =>
        `新しいお知らせがあります。\n内容はメールには書きません。サインインして確かめてください。\n${link}\n\nメールをやめるときは、同じページの「お知らせの受け取り方」からできます。\n`,
    },
  },
  en: {
    asked: {
      subject: 'Enishi: please confirm this address',
      text: (link: string) =>
        `Somebody asked Enishi to send notices to this address.\n\nIf it was you, open this page within 24 hours (you will be asked to sign in):\n${link}\n\nIf not, do nothing: nothing more will come.\n`,
    },
    live: {
      subject: 'Enishi: you have a new notice',
      text: (link: string) =>
        `You have a new notice.\nMail never says what it is about. Please sign in to read it:\n${link}\n\nTo stop these mails, see “How you are told” on the same page.\n`,
    },
  },
} as const

/** The mail that a channel is owed: the link that confirms it, or the sign. */
export function letterTo(channel: Pick<Channel, 'lang' | 'state' | 'token'>, baseUrl: string): { subject: string; text: string } {
  const asked = channel.state === 'asked'
  const { subject, text } = letters[channel.lang][asked ? 'asked' : 'live']
  return { subject, text: text(asked ? `${baseUrl}/me/notices/mail/${channel.token ?? ''}` : `${baseUrl}/me/notices`) }
}

/** One try to hand a mail to the next server. */
export async function mailOnce(channel: Channel, about: { mailer: Mailer; baseUrl: string }): Promise<Tried> {
  const result = await about.mailer.send({ to: channel.address, ...letterTo(channel, about.baseUrl) })
  if (result.outcome === 'sent') return result
  return { outcome: result.outcome === 'refused' ? 'gone' : 'failed', why: result.reason }
}
