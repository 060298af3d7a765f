import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseMailUrl, smtpMailer } from './index.ts'

type Heard = { to: string[]; from: string; text: string }
let server: SMTPServer
let port: number
let heard: Heard[] = []
let answer: 'take' | 'no-such' | 'later' | 'never' = 'take'

beforeAll(async () => {
  server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo(address, _session, done) {
      const said = (message: string, responseCode: number) => done(Object.assign(new Error(message), { responseCode }))
      if (answer === 'no-such') return said(`no mailbox ${address.address}`, 550)
      if (answer === 'later') return said('busy', 451)
      done()
    },
    onData(stream, session, done) {
      let text = ''
      stream.on('data', (piece: Buffer) => {
        text += piece.toString()
      })
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        if (answer === 'never') return done(Object.assign(new Error('too large'), { responseCode: 552 }))
        heard.push({ to: rcptTo.map((one) => one.address), from: mailFrom === false ? '' : mailFrom.address, text })
        done()
      })
    },
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  port = (server.server.address() as AddressInfo).port
})
afterAll(() => new Promise<void>((done) => server.close(done)))
beforeEach(() => {
  heard = []
  answer = 'take'
})

const mailer = (url = `smtp://127.0.0.1:${port}?plain`) => smtpMailer({ ...parseMailUrl(url)!, from: '縁 <notices@enishi.example>' })
const letter = { to: 'hanako@example.jp', subject: '縁：新しいお知らせがあります', text: 'サインインして確かめてください。\n' }

describe('a letter', () => {
  test('arrives at the one it is for, marked as sent by a machine', async () => {
    expect(await mailer().send(letter)).toEqual({ outcome: 'sent' })
    expect(heard).toMatchObject([{ to: ['hanako@example.jp'], from: 'notices@enishi.example' }])
    expect(heard[0]!.text).toContain('Auto-Submitted: auto-generated')
  })

  test.each(['a@example.jp, b@example.jp', 'a@example.jp\r\nBcc: b@example.jp', 'a@example.jp>\r\nRCPT TO:<b@example.jp'])(
    'text that would be several recipients reaches nobody else: %j',
    async (to) => {
      await mailer().send({ ...letter, to })
      expect(heard.flatMap((one) => one.to)).not.toContain('b@example.jp')
    },
  )

  test.each([
    ['no-such', { outcome: 'refused', reason: 'smtp 550' }],
    ['later', { outcome: 'failed', reason: 'smtp 451' }],
    ['never', { outcome: 'failed', reason: 'smtp 552' }],
  ] as const)('the server says %s: %j, and the address is not in it', async (said, expected) => {
    answer = said
    const result = await mailer().send(letter)
    expect(result).toEqual(expected)
    expect(JSON.stringify(result)).not.toContain('hanako')
  })

  test('where nobody listens, it fails with the reason alone', async () => {
    expect(await mailer('smtp://127.0.0.1:1?plain').send(letter)).toEqual({ outcome: 'failed', reason: 'esocket' })
  })

  test('a server without TLS gets no letter unless the operator said that it may', async () => {
    expect(await mailer(`smtp://127.0.0.1:${port}`).send(letter)).toMatchObject({ outcome: 'failed' })
    expect(heard).toEqual([])
  })
})

describe('the operator’s address of a server', () => {
  test.each([
    ['smtps://u:p%40ss@mail.example.jp', { host: 'mail.example.jp', port: 465, tls: true, plain: false, user: 'u', password: 'p@ss' }],
    ['smtp://mail.example.jp', { host: 'mail.example.jp', port: 587, tls: false, plain: false, user: null, password: null }],
    ['smtp://[::1]:25?plain', { host: '::1', port: 25, tls: false, plain: true, user: null, password: null }],
  ])('%s', (text, expected) => expect(parseMailUrl(text)).toEqual(expected))
  test.each(['http://mail.example.jp', 'mail.example.jp', 'smtp://', 'smtp://a/b', ''])('%j is none', (text) => {
    expect(parseMailUrl(text)).toBeNull()
  })
})
