import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BadConfig, readConfig } from './config.ts'
import { noticeDeps } from './notices.ts'
import { outsideOf, readOperatorFacts } from './transparency.ts'

const env = (more: Record<string, string> = {}) => ({ DATABASE_URL: 'postgres://localhost/x', ...more })
const notices = (more: Record<string, string>) => readConfig(env(more)).notices

describe('how people are told', () => {
  test('says nothing to anybody unless the operator names whom', () => {
    const config = readConfig(env())
    expect(config.notices).toEqual({ pushHosts: [], contact: 'mailto:operator@localhost', mail: null })
    expect(noticeDeps(config).mailer).toBeNull()
    expect(outsideOf({ ...config, hookHosts: [] }).flatMap((one) => one.to)).toEqual([])
  })

  test('push services and a mail server', () => {
    const made = notices({
      ENISHI_PUSH_HOSTS: 'push.example.com, updates.example.org',
      ENISHI_BASE_URL: 'https://enishi.example',
      ENISHI_MAIL_URL: 'smtps://u:p@mail.example.jp',
      ENISHI_MAIL_FROM: '縁 <notices@enishi.example>',
    })
    expect(made.pushHosts.map((h) => [h.host, h.plain, h.inside])).toEqual([
      ['push.example.com', false, false],
      ['updates.example.org', false, false],
    ])
    expect(made.contact).toBe('https://enishi.example')
    expect(made.mail).toMatchObject({ host: 'mail.example.jp', port: 465, tls: true, from: '縁 <notices@enishi.example>' })
  })

  test.each([
    [{ ENISHI_MAIL_URL: 'smtps://mail.example.jp' }, 'ENISHI_MAIL_FROM'],
    [{ ENISHI_MAIL_FROM: 'a@example.jp' }, 'ENISHI_MAIL_URL'],
    [{ ENISHI_MAIL_URL: 'https://secret-word@mail.example.jp', ENISHI_MAIL_FROM: 'a@example.jp' }, 'ENISHI_MAIL_URL'],
    [{ ENISHI_PUSH_HOSTS: 'https://push.example.com' }, 'ENISHI_PUSH_HOSTS'],
    [{ ENISHI_PUSH_CONTACT: 'operator' }, 'ENISHI_PUSH_CONTACT'],
  ] as [Record<string, string>, string][])('%j is named at start, without its value', (more, named) => {
    expect(() => readConfig(env(more))).toThrow(named)
    expect(() => readConfig(env(more))).not.toThrow('secret-word')
  })
})

describe('the operator’s file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'enishi-facts-'))
  const file = (content: string): string => {
    const path = join(folder, `${Math.random()}.json`)
    writeFileSync(path, content)
    return path
  }
  const good = {
    ...{ name: { ja: '縁市', en: 'Enishi City' }, address: '縁市1', representative: '代表', contact: '窓口', checkedOn: '2026-11-22' },
    ...{ servers: [{ place: '縁市', country: '日本' }], contractors: [] },
  }

  test('is read, one text standing for both languages', () => {
    expect(readOperatorFacts(file(JSON.stringify(good)))).toMatchObject({
      name: { en: 'Enishi City' },
      address: { ja: '縁市1', en: '縁市1' },
      measures: [],
    })
    expect(readOperatorFacts(null)).toBeNull()
  })

  test.each([
    ['{', 'readable JSON'],
    [JSON.stringify({ ...good, contact: undefined }), 'contact'],
    [JSON.stringify({ ...good, servers: [] }), 'servers'],
    [JSON.stringify({ ...good, checkedOn: 'today' }), 'checkedOn'],
  ])('%s: what is wrong is named', (content, named) => {
    expect(() => readOperatorFacts(file(content))).toThrow(BadConfig)
    expect(() => readOperatorFacts(file(content))).toThrow(named)
  })
  test('a file that is not there', () => expect(() => readOperatorFacts(join(folder, 'nothing'))).toThrow('ENISHI_TRANSPARENCY'))
})
